//! Atomics with a barrier between them that orders other memory.

use super::{fault, record, run_f32};
use crate::record::{Place, Recorder};
use crate::reference::{Binding, ExecError, Fault};
use crate::tree::Barrier::{Storage, Workgroup};
use crate::{Atomic, Exp, Kernel, Memory};

/// A statement with an atomic and this invocation's number.
type Access = for<'m> fn(&'m Recorder, Place<'m, Atomic<u32>>, Exp<'m, u32>);

const STORE: Access = |h, t, _| t.store(h.int(7u32));
const STORE_OWN: Access = |_, t, lane| t.store(lane);
const LOAD: Access = |_, t, _| _ = t.load();
const ADD: Access = |h, t, _| _ = t.fetch_add(h.int(1u32));
const SUB: Access = |h, t, _| _ = t.fetch_sub(h.int(1u32));
const MAX: Access = |_, t, lane| _ = t.fetch_max(lane);
const SWAP: Access = |h, t, _| _ = t.swap(h.int(7u32));
const EXCHANGE: Access = |h, t, _| _ = t.compare_exchange_weak(h.int(7u32), h.int(7u32));

/// Invocation 0 does the first thing to an element, then a barrier, then invocation 1 the second.
fn kernel(shared: bool, first: Access, barrier: crate::tree::Barrier, second: Access) -> Kernel {
    record([4, 1, 1], |h| {
        let buffer = h.storage_mut::<Atomic<u32>>("buffer");
        let tile = h.workgroup_array::<Atomic<u32>>("tile", 4);
        let lane = h.local_invocation_index();
        let base = h.workgroup_index() * h.int(4u32);
        let at = |h| match shared {
            true => tile.at(h),
            false => buffer.at(base + h),
        };
        // Both barriers: everything is written, and in order.
        at(lane).store(h.int(7u32));
        h.workgroup_barrier();
        h.storage_barrier();
        for (who, what) in [(0u32, first), (1, second)] {
            h.if_(lane.eq(h.int(who)));
            what(h, at(h.int(2u32)), lane);
            h.end_if();
            if who == 0 {
                match barrier {
                    Workgroup => h.workgroup_barrier(),
                    Storage => h.storage_barrier(),
                }
            }
        }
    })
}

fn run(kernel: &Kernel) -> Result<(), ExecError> {
    let mut buffer = Memory::U32(vec![7; 8]);
    run_f32(kernel, [2, 1, 1], &mut [Binding::Write(&mut buffer)])
}

#[test]
fn a_barrier_for_other_memory_does_not_order_atomics() {
    // What the two accesses are, and whether they leave the same in either order.
    let cases: &[(&str, Access, Access, bool)] = &[
        ("load, load", LOAD, LOAD, true),
        ("add, add", ADD, ADD, true),
        ("add, sub", ADD, SUB, true),
        ("max, max", MAX, MAX, true),
        ("store, store of the same", STORE, STORE, true),
        ("store, store of another", STORE, STORE_OWN, false),
        ("store, add", STORE, ADD, false),
        ("add, load", ADD, LOAD, false),
        ("load, add", LOAD, ADD, false),
        ("add, max", ADD, MAX, false),
        ("swap, swap", SWAP, SWAP, false),
        ("store, exchange", STORE, EXCHANGE, false),
        ("exchange, load", EXCHANGE, LOAD, false),
    ];
    for (name, first, second, either) in cases {
        for shared in [true, false] {
            let (right, wrong) = if shared {
                (Workgroup, Storage)
            } else {
                (Storage, Workgroup)
            };
            let ran = run(&kernel(shared, *first, right, *second));
            assert_eq!(ran, Ok(()), "{name}");
            let ran = run(&kernel(shared, *first, wrong, *second));
            let found = match &ran {
                Err(error) => match &error.fault {
                    Fault::WrongBarrier {
                        race, shared: at, ..
                    } => {
                        assert_eq!(*at, shared, "{name}");
                        let who = [race.first, race.second].map(|side| side.invocation.global[0]);
                        assert_eq!(who.map(|x| x % 4), [0, 1], "{name}");
                        assert!(race.place.ends_with("[2]"), "{name}: {}", race.place);
                        true
                    }
                    _ => false,
                },
                Ok(()) => false,
            };
            assert_eq!(found, !either, "{name}, {shared}: {ran:?}");
        }
    }
}

#[test]
fn no_barrier_at_all_may_be_meant() {
    let kernel = record([4, 1, 1], |h| {
        let tile = h.workgroup_array::<Atomic<u32>>("tile", 4);
        let lane = h.local_invocation_index();
        tile.at(lane).store(h.int(0u32));
        h.workgroup_barrier();
        tile.at(h.int(0u32)).fetch_add(lane);
        h.storage_barrier();
        h.workgroup_barrier();
        tile.at(h.int(0u32)).load();
    });
    assert_eq!(run_f32(&kernel, [2, 1, 1], &mut []), Ok(()));
}

#[test]
fn a_reason_allows_any_order() {
    let tile = |reason: Option<&'static str>| {
        record([4, 1, 1], move |h| {
            if let Some(reason) = reason {
                h.any_order(reason);
            }
            let tile = h.workgroup_array::<Atomic<u32>>("tile", 4);
            let lane = h.local_invocation_index();
            tile.at(lane).store(h.int(0u32));
            h.storage_barrier();
            tile.at(h.int(1u32)).fetch_add(lane);
        })
    };
    let error = fault(&tile(None), [1, 1, 1], &mut []);
    assert!(matches!(error.fault, Fault::WrongBarrier { .. }), "{error}");
    assert_eq!(run_f32(&tile(Some("why")), [1, 1, 1], &mut []), Ok(()));

    let buffer = |reason: Option<&'static str>| {
        record([4, 1, 1], move |h| {
            let buffer = h.storage_mut::<Atomic<u32>>("buffer");
            if let Some(reason) = reason {
                buffer.any_order(reason);
            }
            buffer.at(h.local_invocation_index()).store(h.int(7u32));
            h.workgroup_barrier();
            buffer.at(h.int(1u32)).fetch_add(h.int(1u32));
        })
    };
    let mut memory = Memory::U32(vec![0; 4]);
    let error = fault(&buffer(None), [1, 1, 1], &mut [Binding::Write(&mut memory)]);
    assert!(matches!(error.fault, Fault::WrongBarrier { .. }), "{error}");
    let bindings = &mut [Binding::Write(&mut memory)];
    assert_eq!(run_f32(&buffer(Some("why")), [1, 1, 1], bindings), Ok(()));
}
