//! One half of a workgroup ahead of the other: what a barrier that is missing between atomics does.

use super::orders::{SIZE, run};
use super::{both, fault, record};
use crate::reference::{Binding, Fault, Options};
use crate::{Atomic, Kernel, Memory};

/// Counts how many lanes there are, in two steps that a barrier may order: `count[0]` is cleared, raised by all, and read by lane 0.
fn tally(after_clearing: bool, before_reading: bool) -> Kernel {
    record([SIZE, 1, 1], |h| {
        let count = h.storage_mut::<Atomic<u32>>("count").at(h.int(0u32));
        let out = h.storage_mut::<u32>("out");
        let l = h.local_invocation_index();
        h.if_(l.eq(h.int(0u32)));
        count.store(h.int(0u32));
        h.end_if();
        if after_clearing {
            h.storage_barrier();
        }
        count.fetch_add(h.int(1u32));
        if before_reading {
            h.storage_barrier();
        }
        h.if_(l.eq(h.int(0u32)));
        h.store(out.at(h.int(0u32)), count.load());
        h.end_if();
    })
}

#[test]
fn a_barrier_that_is_missing_between_atomics_is_found() {
    let found = |kernel: Kernel| run(&kernel, 1, &Options::default()).err();
    assert_eq!(found(tally(true, true)), None);
    for (after_clearing, before_reading) in [(false, true), (true, false), (false, false)] {
        let fault = found(tally(after_clearing, before_reading));
        assert!(
            matches!(fault, Some(Fault::OrderDependent { .. })),
            "{fault:?}"
        );
    }
}

#[test]
fn a_wait_for_an_invocation_that_need_not_go_on_is_found() {
    // In lockstep lane 0 raises the flag before the others look at it.
    let kernel = record([SIZE, 1, 1], |h| {
        let flag = h.storage_mut::<Atomic<u32>>("flag").at(h.int(0u32));
        h.if_(h.local_invocation_index().eq(h.int(0u32)));
        flag.store(h.int(1u32));
        h.end_if();
        h.loop_();
        h.while_(flag.load().eq(h.int(0u32)));
        h.end_loop();
    });
    let mut flag = Memory::U32(vec![0]);
    let error = fault(&kernel, [1, 1, 1], &mut [Binding::Write(&mut flag)]);
    assert!(
        matches!(error.fault, Fault::NoProgress { waiting: 4, .. }),
        "{error}"
    );
}

/// Values that live across barriers, calls, loops and returns, and an atomic for whose sake orders are looked at.
fn long_lived() -> Kernel {
    record([SIZE, 1, 1], |h| {
        let count = h.storage_mut::<Atomic<u32>>("count");
        let out = h.storage_mut::<u32>("out");
        let tile = h.workgroup_array::<u32>("tile", SIZE);
        let (l, i) = (h.local_invocation_index(), h.global_index());
        let sum = h.var("sum", l * h.int(3u32));
        let before = sum.get();
        let square = l * l;
        let old = count.at(i).fetch_add(h.int(5u32));
        h.store(sum, sum.get() + square + old);
        h.store(tile.at(l), sum.get());
        h.workgroup_barrier();
        h.for_("round", h.range(h.int(0u32), h.int(3u32)));
        let beside = tile.at((l + h.int(1u32)) % h.int(SIZE)).get();
        let mut call = h.call("double", "", "double");
        let n = call.value("n", beside);
        if call.enter() {
            h.if_(n.gt(h.int(40u32)));
            h.return_value(n - h.int(40u32));
            h.end_if();
            call.returns(n + n);
        }
        let double: crate::Exp<'_, u32> = call.finish();
        h.workgroup_barrier();
        h.store(tile.at(l), double + before);
        h.workgroup_barrier();
        h.if_(double.gt(h.int(30u32)));
        h.store(sum, sum.get() + beside);
        h.end_if();
        h.end_for();
        h.store(out.at(i), tile.at(l).get() + sum.get() + square + before);
    })
}

#[test]
fn one_half_ahead_of_the_other_keeps_its_values() {
    let run = |order: Option<u64>| {
        let options = Options {
            order,
            reruns: 0,
            ..Options::default()
        };
        let (mut count, mut out) = (Memory::U32((0..24).collect()), Memory::U32(vec![0; 24]));
        let mut bindings = [Binding::Write(&mut count), Binding::Write(&mut out)];
        let ran = both(&long_lived(), [3, 1, 1], &mut bindings, &options);
        assert!(ran.is_ok(), "{ran:?}");
        (count, out)
    };
    let natural = run(None);
    for order in [0, 1, 1 << 32, 2 << 32, 3 << 32] {
        assert_eq!(run(Some(order)), natural, "{order}");
    }
}
