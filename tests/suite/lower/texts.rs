//! What the texts look like.

use hesper_shader::tree::Tree;

use crate::lower::cases::{CASES, kernels};
use crate::lower::lowered;

#[test]
fn wgsl_of_relu() {
    let expected = "\
// y = max(x, 0), elementwise.
struct Params {
    y_len: u32,
}

@group(0) @binding(0) 
var<storage> x: array<f32>;
@group(0) @binding(1) 
var<storage, read_write> y: array<f32>;
@group(0) @binding(2) 
var<uniform> params: Params;

@compute @workgroup_size(64, 1, 1) 
fn relu(@builtin(local_invocation_index) local_invocation_index: u32, @builtin(workgroup_id) workgroup_id: vec3<u32>, @builtin(num_workgroups) num_workgroups: vec3<u32>) {
    let workgroup_index = ((((workgroup_id.z * num_workgroups.y) + workgroup_id.y) * num_workgroups.x) + workgroup_id.x);
    let i = ((workgroup_index * 64u) + local_invocation_index);
    let y_len = params.y_len;
    if (i < y_len) {
        let _e22 = x[i];
        y[i] = max(_e22, 0f);
    }
}
";
    assert_eq!(lowered(&kernels::relu()).wgsl().unwrap(), expected);
}

/// One line each that a case's WGSL has.
#[test]
fn wgsl_has() {
    for (name, line) in [
        (
            "atomics",
            "var<storage, read_write> count: array<atomic<u32>>;",
        ),
        ("atomics", "var<workgroup> bins: array<atomic<u32>, 64>;"),
        ("builtins", "y[6u] = workgroup_index;"),
        ("empty", "fn empty() {"),
        ("extreme_literals", "x[1u] = bitcast<f32>(4286578687u);"),
        ("extreme_literals", "x[6u] = -0f;"),
        ("helpers", "fn row(workgroup_index: u32) -> u32 {"),
        (
            "helpers",
            "fn fetch(x_arg: u32, workgroup_index_1: u32, global_index: u32) -> f32 {",
        ),
        ("local_arrays", "var sums: array<f32, 8>;"),
        ("loops", "let j = j_count;"),
        ("loops", "if (j >= i) {"),
        (
            "matmul",
            "var<workgroup> tile_a: array<array<f32, 16>, 16>;",
        ),
        ("matmul", "// Row major."),
        ("matmul", "acc = fma(_e52, _e56, _e58);"),
        ("names", "x_length: u32,"),
        ("names", "fn main() {"),
        ("reduction", "let neg_infinity = bitcast<f32>(_e20);"),
        ("reduction", "let stride = (32u >> (step_ & 31u));"),
        ("shifts_and_divisions", "x[global_index] = (_e35 / 3i);"),
        ("subgroups", "enable subgroups;"),
        ("uniforms", "let causal = (_e20 != 0u);"),
        (
            "uniforms",
            "y[global_index] = select(eps, (f32(n) + f32(x_len)), causal);",
        ),
    ] {
        let wgsl = wgsl(name);
        assert!(
            wgsl.lines().any(|l| l.trim() == line),
            "{line} in {name}:\n{wgsl}"
        );
    }
}

/// GLSL leaves the edges of arithmetic undefined, so its text spells them out.
#[test]
fn glsl_has() {
    let glsl = lowered(&case("edges")).glsl().unwrap();
    for line in [
        "_group_0_binding_0_cs[global_index] = (_e19 / (((_e22 == 0) || ((_e19 == -2147483648) && (_e22 == -1))) ? 1 : _e22));",
        "_group_0_binding_0_cs[global_index] = (_e19 / 3);",
        "_group_0_binding_1_cs[global_index] = (_e25 / ((_e28 == 0u) ? 1u : _e28));",
        "int _e70 = (((_e22 == 0) || ((_e19 == -2147483648) && (_e22 == -1))) ? 1 : _e22);",
        "_group_0_binding_0_cs[global_index] = (_e19 - ((_e19 / _e70) * _e70));",
        "_group_0_binding_0_cs[global_index] = (_e19 - ((_e19 / 3) * 3));",
        "_group_0_binding_1_cs[global_index] = (_e25 % ((_e28 == 0u) ? 1u : _e28));",
        "_group_0_binding_0_cs[global_index] = ((_e31 == _e31) ? ((_e31 >= 2147483600.0) ? 2147483647 : int(max(_e31, -2147483600.0))) : 0);",
        "_group_0_binding_1_cs[global_index] = uint(!((_e31 == _e34)));",
    ] {
        let mut lines = glsl.lines();
        assert!(lines.any(|l| l.trim() == line), "{line} in:\n{glsl}");
    }
}

/// A minus before a text that begins with one would be a decrement; GLSL's `%` of integers knows no negative numbers.
#[test]
fn no_text_decrements_or_divides_wrongly() {
    for (name, case) in CASES {
        let lowered = lowered(&case());
        let (glsl, hlsl, msl) = (lowered.glsl(), lowered.hlsl(), lowered.msl());
        for text in [lowered.wgsl(), glsl.clone(), hlsl, msl] {
            let text = text.expect(name);
            let code = text.lines().filter(|l| !l.trim().starts_with("//"));
            for line in code {
                assert!(!line.contains("--"), "{name}: {line}");
            }
        }
        let glsl = glsl.expect(name);
        let remainders = glsl.lines().filter(|l| l.contains(" % "));
        for line in remainders {
            assert!(
                line.contains("u)") || line.contains("uvec"),
                "{name}: {line}"
            );
        }
    }
}

/// Neither a log nor what only a log reads is in a text, and no device needs anything for it.
#[test]
fn logs_leave_no_trace() {
    let wgsl = wgsl("logs");
    for trace in ["x_len", "subgroup", "local_invocation_id", "x["] {
        assert!(!wgsl.contains(trace), "{trace} in:\n{wgsl}");
    }
    assert!(!case("logs").uses_subgroups());
    assert!(case("subgroups").uses_subgroups());
}

/// A backslash at the end of a comment would draw the next line into it in C's languages; other line breaks end it in WGSL.
#[test]
fn doc_comments_stay_comments() {
    let head = "// Ends in\n// two\n// lines\n// or three\n";
    let lowered = lowered(&case("names"));
    for text in [
        lowered.wgsl(),
        lowered.msl(),
        lowered.hlsl(),
        lowered.glsl(),
    ] {
        let text = text.unwrap();
        assert!(text.starts_with(head), "{text}");
    }
}

#[test]
fn spirv_keeps_the_name_of_the_kernel() {
    let words = lowered(&case("names")).spirv().unwrap();
    assert_eq!(words[..2], [0x0723_0203, 0x0001_0300]);
    let module = lowered(&case("names"));
    assert_eq!(module.entry_point(), "main");
    assert_eq!(module.module().entry_points[0].name, "main");
}

fn case(name: &str) -> Tree {
    let (_, case) = CASES.iter().find(|(n, _)| *n == name).expect(name);
    case()
}

fn wgsl(name: &str) -> String {
    lowered(&case(name)).wgsl().expect(name)
}
