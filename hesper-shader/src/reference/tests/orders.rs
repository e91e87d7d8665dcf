//! Results that depend on the order of invocations, on exchanges that fail, or on who is in which subgroup.

use super::{both, fault, record};
use crate::record::builtins::subgroup_add;
use crate::reference::{Binding, Fault, Options};
use crate::{Atomic, Kernel, Memory};

pub(super) const SIZE: u32 = 8;

/// Each invocation takes the next place and writes something there.
fn places(what: impl FnOnce(&crate::record::Recorder) -> crate::Exp<'_, u32>) -> Kernel {
    record([SIZE, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        let out = h.storage_mut::<u32>("out");
        let place = next.at(h.int(0u32)).fetch_add(h.int(1u32));
        h.store(out.at(place), what(h));
    })
}

/// What `out` holds after a run of a kernel with an atomic and a buffer.
pub(super) fn run(kernel: &Kernel, groups: u32, options: &Options) -> Result<Memory<f32>, Fault> {
    let (mut next, mut out) = (Memory::U32(vec![0]), Memory::U32(vec![0; 32]));
    let mut bindings = [Binding::Write(&mut next), Binding::Write(&mut out)];
    match both(kernel, [groups, 1, 1], &mut bindings, options) {
        Ok(_) => Ok(out),
        Err(error) => Err(error.fault),
    }
}

#[test]
fn a_result_that_depends_on_the_order_of_workgroups_or_lanes_is_an_error() {
    let all = Options::default();
    let lanes = places(|h| h.local_invocation_index());
    let groups = places(|h| h.workgroup_index());
    let neither = places(|h| h.num_workgroups().x());
    let dependent = |kernel, groups| match run(kernel, groups, &all) {
        Err(Fault::OrderDependent { place, .. }) => place.starts_with("out["),
        Err(other) => panic!("{other}"),
        Ok(_) => false,
    };
    assert!(dependent(&lanes, 1) && dependent(&lanes, 3));
    assert!(!dependent(&groups, 1) && dependent(&groups, 3));
    assert!(!dependent(&neither, 1) && !dependent(&neither, 3));
}

#[test]
fn a_reason_allows_a_result_to_depend_on_order() {
    let kernel = |of_kernel: bool, of_buffer: bool| {
        record([SIZE, 1, 1], |h| {
            if of_kernel {
                h.any_order("places are taken as they come");
            }
            let next = h.storage_mut::<Atomic<u32>>("next");
            let mut out = h.storage_mut::<u32>("out");
            if of_buffer {
                out = out.any_order("places are taken as they come");
            }
            let place = next.at(h.int(0u32)).fetch_add(h.int(1u32));
            h.store(out.at(place), h.global_index());
        })
    };
    let all = Options::default();
    let run = |of_kernel, of_buffer| run(&kernel(of_kernel, of_buffer), 2, &all);
    assert!(matches!(
        run(false, false),
        Err(Fault::OrderDependent { .. })
    ));
    assert!(run(true, false).is_ok() && run(false, true).is_ok());
}

#[test]
fn a_reason_for_one_buffer_allows_nothing_else() {
    // Whoever comes first has the place, and who that was is written elsewhere.
    let kernel = record([SIZE, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        let out = h.storage_mut::<u32>("out").any_order("a list");
        let place = next.at(h.int(0u32)).fetch_add(h.int(1u32));
        h.store(out.at(place), place);
        next.at(h.int(1u32)).store(h.local_invocation_index());
    });
    let (mut next, mut out) = (Memory::U32(vec![0; 2]), Memory::U32(vec![0; 32]));
    let mut bindings = [Binding::Write(&mut next), Binding::Write(&mut out)];
    let error = fault(&kernel, [1, 1, 1], &mut bindings);
    let Fault::OrderDependent { place, .. } = &error.fault else {
        panic!("{error}");
    };
    assert_eq!(place, "next[1]");
    // What goes wrong in another order alone is still found.
    let beyond = record([SIZE, 1, 1], |h| {
        h.any_order("a list");
        let next = h.storage_mut::<Atomic<u32>>("next");
        let out = h.storage_mut::<u32>("out");
        let place = next.at(h.int(0u32)).fetch_add(h.int(1u32));
        h.store(
            out.at(place * h.int(3u32) + h.local_invocation_index()),
            place,
        );
    });
    let mut bindings = [Binding::Write(&mut next), Binding::Write(&mut out)];
    let error = fault(&beyond, [1, 1, 1], &mut bindings);
    assert!(matches!(error.fault, Fault::OutOfBounds { .. }), "{error}");
}

#[test]
fn any_order_can_be_allowed_and_asked_for() {
    let kernel = places(|h| h.global_index());
    let order = |order| {
        let options = Options {
            reruns: 0,
            order,
            ..Options::default()
        };
        match run(&kernel, 1, &options) {
            Ok(Memory::U32(out)) => out[..8].to_vec(),
            other => panic!("{other:?}"),
        }
    };
    let natural: Vec<u32> = (0..8).collect();
    assert_eq!(order(None), natural);
    let mut seeded = order(Some(7));
    assert_eq!(order(Some(7)), seeded);
    assert_ne!(seeded, natural);
    seeded.sort_unstable();
    assert_eq!(seeded, natural);
}

#[test]
fn the_last_of_unordered_stores_wins_and_is_an_error() {
    let store = record([SIZE, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        next.at(h.int(0u32)).store(h.local_invocation_index());
    });
    let mut next = Memory::U32(vec![0]);
    let error = fault(&store, [1, 1, 1], &mut [Binding::Write(&mut next)]);
    let Fault::OrderDependent {
        place,
        natural,
        other,
    } = &error.fault
    else {
        panic!("{error}");
    };
    assert_eq!((place.as_str(), &**natural), ("next[0]", "7"));
    assert_ne!(other, natural);
}

/// Whether each of 64 invocations has its exchange, tried once.
fn exchanges(seed: Option<u64>, reruns: u32) -> Result<Vec<u32>, Fault> {
    let kernel = record([SIZE, 1, 1], |h| {
        let lock = h.storage_mut::<Atomic<u32>>("lock");
        let i = h.global_index();
        lock.at(i).compare_exchange_weak(h.int(0u32), h.int(1u32));
    });
    let options = Options {
        spurious_failures: seed,
        reruns,
        ..Options::default()
    };
    let mut lock = Memory::U32(vec![0; 64]);
    match both(
        &kernel,
        [8, 1, 1],
        &mut [Binding::Write(&mut lock)],
        &options,
    ) {
        Ok(_) => Ok(match lock {
            Memory::U32(v) => v,
            _ => Vec::new(),
        }),
        Err(error) => Err(error.fault),
    }
}

#[test]
fn weak_exchanges_fail_by_a_seed() {
    assert_eq!(exchanges(None, 1), Ok(vec![1; 64]));
    let failed = |seed| {
        let exchanged = exchanges(Some(seed), 0).unwrap_or_else(|fault| panic!("{fault}"));
        let failed: Vec<usize> = (0..64).filter(|i| exchanged[*i] == 0).collect();
        // One in four, more or less.
        assert!((6..=28).contains(&failed.len()), "{failed:?}");
        failed
    };
    assert_eq!(failed(1), failed(1));
    assert_ne!(failed(1), failed(2));
    let found = exchanges(Some(1), 1);
    assert!(
        matches!(found, Err(Fault::OrderDependent { .. })),
        "{found:?}"
    );
}

/// Which lane of which subgroup of 4 each invocation is, and the sum of the numbers of its subgroup.
fn subgroups(mapping: Option<u64>) -> (Vec<u32>, Vec<u32>) {
    let kernel = record([SIZE, 1, 1], |h| {
        let (place, sum) = (h.storage_mut::<u32>("place"), h.storage_mut::<u32>("sum"));
        let l = h.local_invocation_index();
        let lanes = h.subgroup_size();
        h.store(
            place.at(l),
            h.subgroup_id() * lanes + h.subgroup_invocation_id(),
        );
        h.store(sum.at(l), subgroup_add(l));
    });
    let options = Options {
        subgroup_size: 4,
        subgroup_mapping: mapping,
        ..Options::default()
    };
    let (mut place, mut sum) = (Memory::U32(vec![0; 8]), Memory::U32(vec![0; 8]));
    let mut bindings = [Binding::Write(&mut place), Binding::Write(&mut sum)];
    let ran = both(&kernel, [1, 1, 1], &mut bindings, &options);
    assert!(ran.is_ok(), "{ran:?}");
    match (place, sum) {
        (Memory::U32(place), Memory::U32(sum)) => (place, sum),
        other => panic!("{other:?}"),
    }
}

#[test]
fn invocations_are_dealt_to_subgroups_by_a_seed() {
    let natural: Vec<u32> = (0..8).collect();
    let sums = vec![6, 6, 6, 6, 22, 22, 22, 22];
    assert_eq!(subgroups(None), (natural.clone(), sums));
    let (place, sum) = subgroups(Some(3));
    assert_eq!(subgroups(Some(3)), (place.clone(), sum.clone()));
    assert_ne!(place, natural);
    let mut sorted = place.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, natural);
    for l in 0..8 {
        let mates = (0..8).filter(|m| place[*m] / 4 == place[l] / 4);
        assert_eq!(mates.sum::<usize>() as u32, sum[l], "{place:?}");
    }
}

#[test]
fn an_error_in_another_order_alone_is_an_error_and_can_be_had_again() {
    // Eight divided by whether an invocation comes as the natural order has it.
    let kernel = record([SIZE, 1, 1], |h| {
        let next = h.storage_mut::<Atomic<u32>>("next");
        let out = h.storage_mut::<u32>("out");
        let place = next.at(h.int(0u32)).fetch_add(h.int(1u32));
        let same = place.eq(h.local_invocation_index()).cast::<u32>();
        h.store(out.at(h.local_invocation_index()), h.int(8u32) / same);
    });
    let run = |options: &Options| {
        let (mut next, mut out) = (Memory::U32(vec![0]), Memory::U32(vec![0; 8]));
        let mut bindings = [Binding::Write(&mut next), Binding::Write(&mut out)];
        let ran = both(&kernel, [1, 1, 1], &mut bindings, options);
        (ran.map(|_| ()), out)
    };
    let (ran, out) = run(&Options::default());
    // What is left is that of the order asked for.
    assert_eq!(out, Memory::U32(vec![8; 8]));
    let error = ran.expect_err("other orders divide by zero");
    let Some(order) = error.so_far.order else {
        panic!("{error}");
    };
    let help = format!("`Options::order` = Some({order})");
    assert!(error.to_string().contains(&help), "{error}");
    let options = Options {
        order: Some(order),
        reruns: 0,
        ..Options::default()
    };
    let again = run(&options).0.expect_err("the same order");
    assert_eq!((&again.fault, again.so_far.order), (&error.fault, None));
}
