//! Kernels recorded by hand and run here; `record` and the executor are all they need.

mod ahead;
mod arithmetic;
mod choices;
mod control;
mod domains;
mod exchanges;
mod faults;
mod loops;
mod malformed;
mod memory;
mod orders;
mod partings;
mod races;
mod taken;
mod threads;
mod told;
mod trace;
mod unordered;
mod unset;
mod unwritten;
mod wraps;

use super::{Binding, ExecError, Options, Outcome, run_fast, run_with};
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
    both(kernel, groups, bindings, &Options::default()).map(|_| ())
}

/// Runs one workgroup at a time, and several together on two threads, which must make no difference.
fn both(
    kernel: &Kernel,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, f32>],
    options: &Options,
) -> Result<Outcome, ExecError> {
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let mut copies: Vec<_> = bindings.iter().map(Copied::of).collect();
    let mut again: Vec<_> = bindings.iter().zip(&mut copies).map(rebound).collect();
    let together = run_fast(&F32, tree, groups, &mut again, options);
    let alone = run_with(&F32, tree, groups, bindings, options);
    // Where several things are wrong, workgroups that run together may come to another one of them first.
    let kind = |ran: &Result<Outcome, ExecError>| match ran {
        Ok(outcome) => Ok(outcome.warnings.len()),
        Err(error) => Err(std::mem::discriminant(&error.fault)),
    };
    same(&kind(&together), &kind(&alone));
    if alone.is_ok() {
        let written: Vec<_> = bindings.iter().map(Copied::of).collect();
        same(&copies, &written);
    }
    alone
}

/// What a buffer holds, and which elements of it are written where that is known.
#[derive(Debug)]
struct Copied {
    memory: Option<Memory<f32>>,
    written: Option<Vec<bool>>,
}

impl Copied {
    fn of(binding: &Binding<'_, f32>) -> Copied {
        Copied {
            memory: binding.memory().cloned(),
            written: match binding {
                Binding::Partial { written, .. } => Some(written.to_vec()),
                Binding::Fresh { written, .. } => Some(written.to_vec()),
                _ => None,
            },
        }
    }
}

/// The same binding of a copy.
fn rebound<'c>((binding, copy): (&Binding<'_, f32>, &'c mut Copied)) -> Binding<'c, f32> {
    let Copied { memory, written } = copy;
    match (binding, memory, written) {
        (Binding::Read(_), Some(memory), _) => Binding::Read(memory),
        (Binding::Write(_), Some(memory), _) => Binding::Write(memory),
        (Binding::Partial { .. }, Some(memory), Some(written)) => {
            Binding::Partial { memory, written }
        }
        (Binding::Fresh { .. }, Some(memory), Some(written)) => Binding::Fresh { memory, written },
        (Binding::Value(value), ..) => Binding::Value(*value),
        _ => panic!("a buffer has contents"),
    }
}

/// Runs without looking for what a device would hide.
fn run_unwatched(
    kernel: &Kernel,
    groups: [u32; 3],
    bindings: &mut [Binding<'_, f32>],
) -> Result<(), ExecError> {
    both(kernel, groups, bindings, &Options::fast()).map(|_| ())
}

/// Runs and expects an error.
fn fault(kernel: &Kernel, groups: [u32; 3], bindings: &mut [Binding<'_, f32>]) -> ExecError {
    let options = Options {
        step_budget: 1000,
        ..Options::default()
    };
    match both(kernel, groups, bindings, &options) {
        Ok(_) => panic!("no error was reported"),
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
