//! Loops that do not end, and loops that wait for what cannot happen.

use super::{fault, record, run_f32};
use crate::Memory;
use crate::record::Recorder;
use crate::reference::{Binding, Fault};
use crate::tree::ScalarValue;

#[test]
fn loops_have_a_budget() {
    let forever = record([4, 1, 1], |h| {
        let turns = h.var("turns", h.int(0u32));
        h.loop_();
        h.store(turns, turns.get() + h.int(1u32));
        h.if_(h.global_index().lt(h.uniform::<u32>("n")));
        h.break_();
        h.end_if();
        h.end_loop();
    });
    let long = record([4, 1, 1], |h| {
        h.for_("i", h.range(h.int(0u32), h.uniform::<u32>("n")));
        h.end_for();
    });
    for (kernel, n, lane) in [
        (&forever, 4, None),
        (&forever, 2, Some(2)),
        (&long, 1000, None),
        (&long, 1001, Some(0)),
    ] {
        let mut bindings = [Binding::Value(ScalarValue::U32(n))];
        let Some(lane) = lane else {
            assert_eq!(run_f32(kernel, [1, 1, 1], &mut bindings), Ok(()));
            continue;
        };
        let error = fault(kernel, [1, 1, 1], &mut bindings);
        let Fault::Endless {
            budget: 1000,
            iterations: 1000,
            invocation,
        } = error.fault
        else {
            panic!("{error}");
        };
        assert_eq!(invocation.global, [lane, 0, 0]);
    }
}

#[test]
fn the_loop_that_goes_round_most_often_is_to_blame() {
    let line = line!() + 4;
    let kernel = record([2, 1, 1], |h| {
        let turns = h.var("turns", h.int(0u32));
        h.for_("outer", h.range(h.int(0u32), h.int(100u32)));
        h.for_("inner", h.range(h.int(0u32), h.int(400u32)));
        h.store(turns, turns.get() + h.int(1u32));
        h.end_for();
        h.end_for();
    });
    let error = fault(&kernel, [1, 1, 1], &mut []);
    // Two rounds of 400 and two iterations outside are done; 197 more are not enough.
    let Fault::Endless { iterations, .. } = error.fault else {
        panic!("{error}");
    };
    assert_eq!((iterations, error.loc.0.line()), (197, line), "{error}");
    assert!(error.to_string().contains("raise `Options::step_budget`"));
}

/// Who waits in a kernel of 4 lanes over an atomic `turn`, if anybody does in vain.
fn waiting(body: impl for<'m> FnOnce(&'m Recorder)) -> Option<(usize, usize, u32)> {
    let kernel = record([4, 1, 1], body);
    let mut turn = Memory::U32(vec![0; 4]);
    let mut again = turn.clone();
    if run_f32(&kernel, [1, 1, 1], &mut [Binding::Write(&mut again)]).is_ok() {
        return None;
    }
    let error = fault(&kernel, [1, 1, 1], &mut [Binding::Write(&mut turn)]);
    let Fault::NoProgress {
        waiting,
        invocations,
        invocation,
    } = error.fault
    else {
        panic!("{error}");
    };
    Some((waiting, invocations, invocation.global[0]))
}

#[test]
fn a_loop_in_which_nothing_changes_waits_in_vain() {
    // Lane 0 alone has its turn; the others wait for what it does after the loop.
    let stuck = waiting(|h| {
        let turn = h.storage_mut::<crate::Atomic<u32>>("turn").at(h.int(0u32));
        h.loop_();
        h.while_(turn.load().ne(h.local_invocation_index()));
        h.end_loop();
        turn.fetch_add(h.int(1u32));
    });
    assert_eq!(stuck, Some((3, 4, 1)));
}

#[test]
fn a_loop_in_which_something_changes_goes_on() {
    let locked = waiting(|h| {
        let lock = h.storage_mut::<crate::Atomic<u32>>("turn").at(h.int(0u32));
        let open = h.var("open", h.boolean(true));
        h.loop_();
        h.while_(open.get());
        let (_, exchanged) = lock.compare_exchange_weak(h.int(0u32), h.int(1u32));
        h.if_(exchanged);
        lock.store(h.int(0u32));
        h.store(open, h.boolean(false));
        h.end_if();
        h.end_loop();
    });
    assert_eq!(locked, None);
    let counted = waiting(|h| {
        let turn = h.storage_mut::<crate::Atomic<u32>>("turn").at(h.int(0u32));
        let tries = h.var("tries", h.int(0u32));
        h.loop_();
        h.while_(tries.get().lt(h.int(9u32)));
        turn.load();
        h.store(tries, tries.get() + h.int(1u32));
        h.end_loop();
    });
    assert_eq!(counted, None);
}
