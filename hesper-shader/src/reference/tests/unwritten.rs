//! Reads of memory that nobody has written.

use super::{fault, record, run_f32, run_unwatched};
use crate::reference::{Binding, Fault};
use crate::tree::ScalarValue;
use crate::{Kernel, Memory};

/// y[i] = x[i + shift] + y[i] where `add`, else y[i] = x[i + shift].
fn shifted() -> Kernel {
    record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let shift = h.uniform::<u32>("shift");
        let i = h.global_index();
        let value = x.at(i + shift).get();
        h.if_(h.uniform::<bool>("add"));
        h.store(y.at(i), value + y.at(i).get());
        h.else_();
        h.store(y.at(i), value);
        h.end_if();
    })
}

/// The place and the invocation of an unwritten read of a buffer.
#[track_caller]
fn place(fault: Fault) -> (String, u32) {
    match fault {
        Fault::Unwritten {
            place,
            shared: false,
            invocation,
        } => (place, invocation.global[0]),
        other => panic!("{other}"),
    }
}

#[test]
fn of_a_partial_buffer_only_what_is_written_may_be_read() {
    let x = Memory::F32((0..6).map(|i| i as f32).collect());
    let written = [true, true, true, true, true, false];
    let run = |shift, watched: bool| {
        let mut y = Memory::F32(vec![0.0; 4]);
        let mut bindings = [
            Binding::Partial {
                memory: &x,
                written: &written,
            },
            Binding::Write(&mut y),
            Binding::Value(ScalarValue::U32(shift)),
            Binding::Value(ScalarValue::Bool(false)),
        ];
        match watched {
            true => run_f32(&shifted(), [1, 1, 1], &mut bindings),
            false => run_unwatched(&shifted(), [1, 1, 1], &mut bindings),
        }
    };
    assert_eq!(run(1, true), Ok(()));
    let error = run(2, true).expect_err("x[5] is not written");
    assert_eq!(place(error.fault), ("x[5]".to_string(), 3));
    assert_eq!(run(2, false), Ok(()));
}

#[test]
fn a_fresh_buffer_must_be_written_before_it_is_read() {
    let x = Memory::F32(vec![1.0; 4]);
    let (mut y, mut written) = (Memory::F32(vec![0.0; 4]), vec![false, false, true, false]);
    let mut add = |add, written: &mut Vec<bool>| {
        let mut bindings = [
            Binding::Read(&x),
            Binding::Fresh {
                memory: &mut y,
                written,
            },
            Binding::Value(ScalarValue::U32(0)),
            Binding::Value(ScalarValue::Bool(add)),
        ];
        match add {
            true if written_in(&bindings) < 4 => {
                Err(fault(&shifted(), [1, 1, 1], &mut bindings).fault)
            }
            _ => run_f32(&shifted(), [1, 1, 1], &mut bindings).map_err(|error| error.fault),
        }
    };
    let error = add(true, &mut written).expect_err("y[0] is not written");
    assert_eq!(place(error), ("y[0]".to_string(), 0));
    assert_eq!(written, [false, false, true, false]);
    assert_eq!(add(false, &mut written), Ok(()));
    assert_eq!(written, [true; 4]);
    assert_eq!(add(true, &mut written), Ok(()));
    assert_eq!(y, Memory::F32(vec![2.0; 4]));
}

fn written_in(bindings: &[Binding<'_, f32>]) -> usize {
    let fresh = bindings.iter().find_map(|binding| match binding {
        Binding::Fresh { written, .. } => Some(written.iter().filter(|w| **w).count()),
        _ => None,
    });
    fresh.unwrap_or_default()
}

#[test]
fn what_an_atomic_writes_is_written() {
    let kernel = record([4, 1, 1], |h| {
        let count = h.storage_mut::<crate::Atomic<u32>>("count");
        let i = h.global_index();
        h.if_(h.uniform::<bool>("clear"));
        count.at(i).store(h.int(0u32));
        h.end_if();
        count.at(i).fetch_add(h.int(1u32));
    });
    let mut count = Memory::U32(vec![7; 4]);
    let mut run = |clear| {
        let mut written = vec![true, false, false, true];
        let mut bindings = [
            Binding::Fresh {
                memory: &mut count,
                written: &mut written,
            },
            Binding::Value(ScalarValue::Bool(clear)),
        ];
        let ran = run_f32(&kernel, [1, 1, 1], &mut bindings);
        (ran.map_err(|error| place(error.fault)), written)
    };
    assert_eq!(run(true), (Ok(()), vec![true; 4]));
    let unwritten = ("count[1]".to_string(), 1);
    assert_eq!(run(false), (Err(unwritten), vec![true, false, false, true]));
    assert_eq!(count, Memory::U32(vec![1; 4]));
}
