//! Kernels recorded by hand and run here; `record` and the executor are all they need.

mod arithmetic;
mod control;
mod domains;
mod faults;
mod malformed;
mod memory;
mod races;

use super::{Binding, ExecError, Options, run, run_with};
use crate::domain::F32;
use crate::record::{Recorder, WriteBuffer};
use crate::{Exp, Kernel, Memory};
use std::fmt::Debug;

fn record(size: [u32; 3], body: impl FnOnce(&Recorder)) -> Kernel {
    let kernel = Recorder::record("k", &[], size, body);
    if let Err(error) = kernel.tree() {
        panic!("{error}");
    }
    kernel
}

fn run_f32(
    kernel: &Kernel,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, f32>],
) -> Result<(), ExecError> {
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    run(&F32, tree, groups, bindings)
}

/// Runs and expects an error.
fn fault(kernel: &Kernel, groups: [u32; 3], bindings: &mut [Binding<'_, f32>]) -> ExecError {
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        iteration_budget: 1000,
        ..Options::default()
    };
    match run_with(&F32, tree, groups, bindings, options) {
        Ok(()) => panic!("no error was reported"),
        Err(error) => error,
    }
}

/// Runs `body` on lanes 0, 1, 2, ... of workgroups of 8 and compares what they write to their element of `out`.
fn check_lanes(
    lanes: u32,
    body: impl for<'m> FnOnce(&'m Recorder, Exp<'m, u32>, WriteBuffer<'m, u32>),
    expected: impl Fn(u32) -> u32,
) {
    let kernel = record([8, 1, 1], |h| {
        let out = h.storage_mut::<u32>("out");
        let i = h.bind("i", h.global_index());
        h.if_(i.lt(out.len()));
        body(h, i, out);
        h.end_if();
    });
    let mut out = Memory::U32(vec![0; lanes as usize]);
    let ran = run_f32(
        &kernel,
        [lanes.div_ceil(8), 1, 1],
        &mut [Binding::Write(&mut out)],
    );
    assert_eq!(ran, Ok(()));
    let expected = Memory::U32((0..lanes).map(expected).collect());
    same(&out, &expected);
}

/// Equality in which NaN equals NaN, and 0 is not −0.
#[track_caller]
fn same<T: Debug>(found: &T, expected: &T) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}
