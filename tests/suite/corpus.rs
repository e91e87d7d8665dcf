//! Well-known programs in kernel code, on every device, against plain Rust.

use examples::kernels::PROGRAMS;
use hesper_shader::{Device, Error, LaunchError};

fn run_all(device: &Device) {
    for program in PROGRAMS {
        match (program.check)(device) {
            Ok(compared) => assert!(compared > 0, "{}: nothing was compared", program.name),
            Err(error) if needs_halves(&*error) => {
                tests::tell(&format!("SKIPPED: {}: {error}", program.name));
            }
            Err(error) => panic!("{}: {error}", program.name),
        }
    }
}

/// Whether a device has no `f16`.
fn needs_halves(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<Error>();
    matches!(error, Some(Error::Launch(LaunchError::F16 { .. })))
}

/// The sanitizer watches, and finds nothing.
#[test]
fn programs_compute_what_plain_rust_does() {
    let device = Device::reference();
    run_all(&device);
    let warnings = device.take_outcome().warnings;
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn programs_compute_the_same_on_a_gpu() {
    if let Some(device) = tests::gpu("programs of the corpus") {
        run_all(device);
    }
}

#[test]
fn judges_accept_every_program() {
    for kernel in PROGRAMS.iter().flat_map(|program| (program.kernels)()) {
        let lowered = kernel.lowered().unwrap();
        for (tool, verdict) in tests::tools::JUDGES {
            let what = format!("{} by {tool}\n{}", kernel.name(), kernel.wgsl().unwrap());
            verdict(lowered).unwrap().require(&what);
        }
    }
}
