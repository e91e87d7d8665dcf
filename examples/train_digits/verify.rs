//! Nothing trains before its gradient is verified.

use crate::stop::Stop;
use examples::cli::say;
use hesper_ad::ops::{AdamW, BiasAdd, MatMul, Relu};
use hesper_ad::prelude::*;

/// Verifies every op exactly and on the device that will run it, and the graph of them there too.
pub(crate) fn check_gradients(device: &Device, loss: &dyn Op, graph: &dyn Op) -> Result<(), Stop> {
    let own = match device.kind() {
        DeviceKind::Reference => Target::F32,
        _ => Target::Device(device.clone()),
    };
    let exact = Options {
        targets: vec![own],
        ..Options::default()
    };
    // The parts are exact, and the graph composes them by the chain rule, which numbers check as well: a wrong connection is no
    // matter of precision. The exact check of the whole takes twice as long as those of all parts together.
    let numeric = Options {
        exact: false,
        ..exact.clone()
    };
    let ops: [&dyn Op; 5] = [loss, &MatMul, &BiasAdd, &Relu, &AdamW];
    for op in ops {
        check(op, &exact)?;
    }
    check(graph, &numeric)
}

fn check(op: &dyn Op, options: &Options) -> Result<(), Stop> {
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
