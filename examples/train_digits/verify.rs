//! Nothing trains before its gradient is verified.

use crate::stop::Stop;
use examples::cli::say;
use hesper_ad::ops::{AdamW, BiasAdd, MatMul, Relu};
use hesper_ad::prelude::*;

/// Verifies every op, and the graph of them, on the device that will run them.
pub(crate) fn check_gradients(
    device: &Device,
    loss: &dyn Verify,
    graph: &dyn Verify,
) -> Result<(), Stop> {
    let gpu = match device.kind() {
        DeviceKind::Reference => None,
        _ => Some(Target::Device(device.clone())),
    };
    let mut exact = Options::default();
    exact.targets.extend(gpu.clone());
    // The parts are exact, and the graph composes them by the chain rule, which numbers check as well: a wrong connection is no
    // matter of precision. The exact check of the whole takes twice as long as those of all parts together.
    let numeric = Options {
        exact: false,
        targets: vec![gpu.unwrap_or(Target::F32)],
        ..Options::default()
    };
    let ops: [&dyn Verify; 5] = [loss, &MatMul, &BiasAdd, &Relu, &AdamW];
    for op in ops {
        check(op, &exact)?;
    }
    check(graph, &numeric)
}

fn check(op: &dyn Verify, options: &Options) -> Result<(), Stop> {
    let certificate = op.verify(options);
    if !certificate.is_pass() {
        return Err(Stop::Gradient(Box::new(certificate)));
    }
    let how = match certificate.is_exact() {
        true => "exactly",
        false => "by numbers",
    };
    say(format!("verified {} {how}", certificate.op));
    Ok(())
}
