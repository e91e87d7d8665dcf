//! Every op and kernel of the catalogue: verified on each device, and its texts as they are meant to be.

use hesper_ad::prelude::*;
use hesper_ad::{Verdict, ops};
use hesper_shader::Kernel;
use std::collections::HashSet;
use tests::{gpu, tools};

/// Every other op, from the first or the second on, by all checks, on the reference executor and on a GPU or a software driver where there is one. What is
/// said of the spec is said once for all devices.
fn verify_every_other(first: usize) {
    let mut options = Options::default();
    let gpu = gpu("every other op of the catalogue");
    options.targets.extend(gpu.cloned().map(Target::Device));
    let (mut ops, mut runs) = (0, 0);
    for op in ops::catalogue().unwrap().iter().skip(first).step_by(2) {
        let certificate = op.verify(&options);
        assert!(certificate.is_pass(), "{certificate}");
        for finding in &certificate.checks {
            // The field gives no meaning to the error function: numbers judge GELU.
            let is_open = matches!(finding.verdict, Verdict::Inconclusive(_));
            assert!(
                finding.compared > 0 && finding.points > 0 || is_open && op.name() == "GELU",
                "nothing was compared:\n{certificate}"
            );
        }
        // No kernel is even suspicious.
        let mut warnings = certificate.checks.iter().flat_map(|f| &f.warnings);
        assert_eq!(warnings.next(), None, "{}", op.name());
        let kernels = certificate.checks.iter();
        let kernels = kernels.filter(|f| f.check.contains("kernel = spec") && f.compared > 0);
        let places: HashSet<&str> = kernels.map(|f| f.place.as_str()).collect();
        let wanted = options.targets.iter().map(Target::name);
        for place in wanted {
            assert!(
                places.contains(place.as_str()),
                "nothing ran on {place}:\n{certificate}"
            );
        }
        (ops, runs) = (ops + 1, runs + places.len());
    }
    tests::tell(&format!(
        "no finding and no warning of {ops} ops in {runs} places"
    ));
    assert!(ops > 40 && runs >= 2 * ops);
}

#[test]
fn ops_pass_on_every_device_from_the_first_on() {
    verify_every_other(0);
}

#[test]
fn ops_pass_on_every_device_from_the_second_on() {
    verify_every_other(1);
}

#[test]
fn points_and_shapes_are_enough() {
    let relu = ops::Relu.verify(&Options::default());
    let random = ["dual numbers", "finite differences"];
    let spec_checks = relu.checks.iter();
    let spec_checks = spec_checks.filter(|f| random.contains(&f.check.as_str()));
    assert!(
        spec_checks
            .inspect(|f| assert!(f.points >= 8, "{relu}"))
            .count()
            == 2
    );
    let forward = relu
        .checks
        .iter()
        .find(|f| f.check.starts_with("forward kernel") && f.place == "reference f32")
        .unwrap();
    let shapes: Vec<String> = forward.dims.iter().map(|d| d.to_string()).collect();
    for size in [1, 31, 32, 33, 131, 512, 513] {
        for dim in ["rows", "cols"] {
            let wanted = format!("{dim}={size}");
            assert!(
                shapes.iter().any(|s| s.split(' ').any(|d| d == wanted)),
                "no shape with {wanted}: {shapes:?}"
            );
        }
    }
    // All dimensions differ, but where all are 1, where they are to be equal, and where all is small.
    let equal = shapes.iter().filter(|shape| {
        let sizes = shape.split(' ').filter_map(|d| d.split('=').nth(1));
        sizes.collect::<HashSet<_>>().len() == 1
    });
    let equal: Vec<&str> = equal.map(String::as_str).collect();
    assert_eq!(equal, ["rows=1 cols=1", "rows=5 cols=5", "rows=2 cols=2"]);
}

#[test]
fn every_kernel_has_the_texts_it_should() {
    for kernel in ops::kernels() {
        let name = kernel.name();
        insta::assert_snapshot!(format!("{name}.tree"), kernel.tree().unwrap().to_string());
        insta::assert_snapshot!(format!("{name}.wgsl"), kernel.wgsl().unwrap());
    }
}

#[test]
fn independent_tools_accept_every_kernel() {
    let kernels = ops::kernels();
    for (tool, verdict) in tools::JUDGES {
        // There is no GLSL for halves.
        let has_text = |kernel: &&Kernel| tool != "glslang" || !kernel.tree().unwrap().uses_f16();
        let judged = kernels.iter().filter(has_text).map(|kernel| {
            let verdict = verdict(kernel.lowered().unwrap());
            (kernel.name().to_string(), verdict.unwrap())
        });
        tools::require_all(tool, judged);
    }
    for kernel in &kernels {
        let (name, lowered) = (kernel.name(), kernel.lowered().unwrap());
        let docs = kernel.tree().unwrap().docs[0].as_str();
        let glsl = lowered.glsl();
        assert_eq!(glsl.is_err(), kernel.tree().unwrap().uses_f16(), "{name}");
        for text in [lowered.msl(), lowered.hlsl()]
            .into_iter()
            .map(Result::unwrap)
            .chain(glsl)
        {
            assert!(text.contains(docs), "{name} lost its doc comment:\n{text}");
        }
    }
}

/// All kernels in one module: each is there once, and what they have in common too.
#[test]
fn all_kernels_make_one_module() {
    let kernels = ops::kernels();
    let module = Kernel::module(&kernels).unwrap().unwrap();
    let text = module.wgsl().unwrap();
    assert_eq!(text.matches("@compute").count(), kernels.len());
    assert!(kernels.len() > 100);
    for (tool, verdict) in tools::JUDGES {
        // GLSL has one kernel for each text.
        if tool != "glslang" {
            let judged = verdict(&module).unwrap();
            tools::require_all(tool, [("all kernels".to_string(), judged)]);
        }
    }
    let helper = "fn workgroup_sum";
    let alone = kernels
        .iter()
        .filter(|kernel| kernel.wgsl().unwrap().contains(helper));
    let (alone, together) = (alone.count(), text.matches(helper).count());
    assert!(alone > 1 && together < alone, "{together} of {alone}");
    assert_eq!(
        module
            .glsl()
            .unwrap_err()
            .to_string()
            .lines()
            .next()
            .map(str::to_string),
        Some(format!(
            "kernel `{}` cannot be written as GLSL: a text of GLSL has one kernel: write each by itself",
            kernels[0].name()
        ))
    );
    let twice = [kernels[0].clone(), kernels[0].clone()];
    let error = Kernel::module(&twice).unwrap_err().to_string();
    assert!(
        error.contains("two kernels of one module have this name"),
        "{error}"
    );
    assert!(Kernel::module(&[]).unwrap().is_none());
}
