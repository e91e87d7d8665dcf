//! What races and what does not.

use super::memory::reduction;
use super::{both, fault, record, run_f32};
use crate::domain::F32;
use crate::record::{Recorder, WorkgroupArray, WriteBuffer};
use crate::reference::AccessKind::{Read, Write};
use crate::reference::{AccessKind, Binding, Fault, Options, run_with};
use crate::tree::{Barrier, Loc};
use crate::{Exp, Kernel, Memory};

#[test]
fn a_missing_barrier_in_a_reduction_is_caught() {
    let x = Memory::F32(vec![1.0; 64]);
    let mut sums = Memory::F32(vec![0.0]);
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
    let error = fault(&reduction(false), [1, 1, 1], &mut bindings);
    let Fault::Race(race) = error.fault else {
        panic!("{error}");
    };
    // In the second round lane 0 reads what lane 16 wrote in the first.
    assert_eq!(race.place, "tile[16]");
    assert_eq!(
        (race.first.kind, race.first.invocation.global),
        (Write, [16, 0, 0])
    );
    assert_eq!(
        (race.second.kind, race.second.invocation.global),
        (Read, [0, 0, 0])
    );
    let line = |loc: Loc| loc.0.line();
    assert_eq!(race.second.loc, error.loc);
    assert_eq!(line(race.first.loc) + 2, line(race.second.loc));
}

type Body = for<'m> fn(&'m Recorder, WorkgroupArray<'m, u32>, WriteBuffer<'m, u32>, Exp<'m, u32>);

/// A kernel of 4 lanes with an array in each address space; the body gets the lane.
fn two_arrays(body: Body) -> Kernel {
    in_any_order(body, None)
}

/// The same, in which any order is right for a reason.
fn in_any_order(body: Body, reason: Option<&str>) -> Kernel {
    record([4, 1, 1], |h| {
        if let Some(reason) = reason {
            h.any_order(reason);
        }
        let out = h.storage_mut::<u32>("out");
        let tile = h.workgroup_array::<u32>("tile", 8);
        body(h, tile, out, h.local_invocation_index());
    })
}

fn barrier(h: &Recorder, barrier: Barrier) {
    match barrier {
        Barrier::Workgroup => h.workgroup_barrier(),
        Barrier::Storage => h.storage_barrier(),
    }
}

fn neighbour<'m>(h: &'m Recorder, lane: Exp<'m, u32>) -> Exp<'m, u32> {
    (lane + h.int(1u32)) % h.int(4u32)
}

#[test]
fn races_are_two_unordered_accesses_one_of_them_a_write() {
    let cases: &[(&str, Body, u32, &str, AccessKind, AccessKind)] = &[
        (
            "all write one element",
            |h, tile, _, l| h.store(tile.at(h.int(5u32)), l),
            1,
            "tile[5]",
            Write,
            Write,
        ),
        (
            "write, then a neighbour reads",
            |h, tile, out, l| {
                h.store(tile.at(l), l);
                h.store(out.at(l), tile.at(neighbour(h, l)).get());
            },
            1,
            "tile[1]",
            Write,
            Read,
        ),
        (
            "read, then a neighbour writes",
            |h, tile, _, l| {
                h.store(tile.at(l), l);
                barrier(h, Barrier::Workgroup);
                let value = tile.at(l).get();
                h.store(tile.at(neighbour(h, l)), value);
            },
            1,
            "tile[1]",
            Read,
            Write,
        ),
        (
            "all read, then one writes",
            |h, tile, _, l| {
                h.store(tile.at(l), l);
                barrier(h, Barrier::Workgroup);
                let value = tile.at(h.int(0u32)).get();
                h.if_(l.eq(h.int(0u32)));
                h.store(tile.at(h.int(0u32)), value);
                h.end_if();
            },
            1,
            "tile[0]",
            Read,
            Write,
        ),
        (
            "a storage barrier does not order workgroup memory",
            |h, tile, out, l| {
                h.store(tile.at(l), l);
                barrier(h, Barrier::Storage);
                h.store(out.at(l), tile.at(neighbour(h, l)).get());
            },
            1,
            "tile[1]",
            Write,
            Read,
        ),
        (
            "a workgroup barrier does not order storage",
            |h, _, out, l| {
                h.store(out.at(l), l);
                barrier(h, Barrier::Workgroup);
                let value = out.at(neighbour(h, l)).get();
                h.store(out.at(l), value);
            },
            1,
            "out[1]",
            Write,
            Read,
        ),
        (
            "workgroups write the same elements",
            |h, _, out, l| h.store(out.at(l), h.workgroup_index()),
            2,
            "out[0]",
            Write,
            Write,
        ),
        (
            "no barrier orders workgroups",
            |h, _, out, l| {
                h.if_(h.workgroup_index().eq(h.int(0u32)));
                h.store(out.at(l), h.int(1u32));
                h.end_if();
                barrier(h, Barrier::Storage);
                h.store(
                    out.at(l + h.int(4u32) * h.workgroup_index()),
                    out.at(l).get(),
                );
            },
            2,
            "out[0]",
            Write,
            Read,
        ),
        (
            "a read by an earlier workgroup is not forgotten",
            |h, _, out, l| {
                let value = out.at(l).get();
                barrier(h, Barrier::Storage);
                h.if_(h.workgroup_index().eq(h.int(2u32)));
                h.store(out.at(l), value);
                h.end_if();
            },
            3,
            "out[0]",
            Read,
            Write,
        ),
    ];
    for (name, body, groups, place, first, second) in cases {
        let mut out = Memory::U32(vec![0; 16]);
        let error = fault(
            &two_arrays(*body),
            [*groups, 1, 1],
            &mut [Binding::Write(&mut out)],
        );
        let Fault::Race(race) = &error.fault else {
            panic!("{name}: {error}");
        };
        let found = (race.place.as_str(), race.first.kind, race.second.kind);
        assert_eq!(found, (*place, *first, *second), "{name}");
        let differ = race.first.invocation != race.second.invocation;
        assert!(differ && error.loc == race.second.loc, "{name}: {error}");
        let across = race.first.invocation.workgroup != race.second.invocation.workgroup;
        assert_eq!(across, *groups > 1, "{name}: {error}");
    }
}

#[test]
fn ordered_accesses_are_no_race() {
    let cases: &[(&str, Body, u32)] = &[
        (
            "each lane its own element",
            |h, tile, _, l| {
                h.store(tile.at(l), l);
                h.store(tile.at(l), tile.at(l).get() + h.int(1u32));
            },
            2,
        ),
        (
            "all read one element",
            |h, tile, out, l| {
                let i = h.workgroup_index() * h.int(4u32) + l;
                h.store(tile.at(l), l);
                barrier(h, Barrier::Workgroup);
                h.store(out.at(i), tile.at(h.int(0u32)).get());
            },
            2,
        ),
        (
            "a workgroup barrier between",
            |h, tile, out, l| {
                h.store(tile.at(l), l);
                barrier(h, Barrier::Workgroup);
                let value = tile.at(neighbour(h, l)).get();
                barrier(h, Barrier::Workgroup);
                h.store(tile.at(l), value);
                h.store(out.at(l + h.workgroup_index() * h.int(4u32)), value);
            },
            3,
        ),
        (
            "a storage barrier between",
            |h, _, out, l| {
                h.store(out.at(l), l);
                barrier(h, Barrier::Storage);
                let value = out.at(neighbour(h, l)).get();
                barrier(h, Barrier::Storage);
                h.store(out.at(l), value);
            },
            1,
        ),
        (
            "workgroups read what none writes",
            |h, _, out, l| {
                let value = out.at(h.int(15u32)).get();
                h.store(out.at(l + h.workgroup_index() * h.int(4u32)), value);
            },
            3,
        ),
        (
            "one lane alone",
            |h, tile, _, l| {
                h.if_(l.eq(h.int(2u32)));
                h.store(tile.at(h.int(0u32)), h.int(1u32));
                h.end_if();
            },
            2,
        ),
    ];
    for (name, body, groups) in cases {
        let mut out = Memory::U32(vec![0; 16]);
        let ran = run_f32(
            &two_arrays(*body),
            [*groups, 1, 1],
            &mut [Binding::Write(&mut out)],
        );
        assert_eq!(ran, Ok(()), "{name}");
    }
}

/// One line for each kernel that writes one value to one element: how many workgroups, and whether nothing orders two of the writes.
const SAME_VALUE: &[(&str, Body, u32, bool)] = &[
    (
        "lanes",
        |h, _, out, _| h.store(out.at(h.int(0u32)), h.int(7u32)),
        1,
        true,
    ),
    ("workgroups", |h, _, out, l| h.store(out.at(l), l), 3, true),
    (
        "both",
        |h, _, out, _| h.store(out.at(h.int(0u32)), h.int(7u32)),
        3,
        true,
    ),
    (
        "two statements",
        |h, tile, _, l| {
            h.store(tile.at(l), h.int(7u32));
            h.store(tile.at(neighbour(h, l)), h.int(7u32));
        },
        2,
        true,
    ),
    (
        "what is there already",
        |h, _, out, l| h.store(out.at(l), h.int(0u32)),
        3,
        true,
    ),
    (
        "each its own",
        |h, tile, _, l| h.store(tile.at(l), h.int(7u32)),
        3,
        false,
    ),
];

#[test]
fn unordered_writes_of_one_value_need_a_reason() {
    for (name, body, groups, expected) in SAME_VALUE {
        for reason in [None, Some("any of them may")] {
            let kernel = in_any_order(*body, reason);
            let mut out = Memory::U32(vec![0; 16]);
            let mut bindings = [Binding::Write(&mut out)];
            let ran = both(&kernel, [*groups, 1, 1], &mut bindings, &Options::default());
            let found = matches!(&ran, Err(error) if matches!(error.fault, Fault::SameValue(_)));
            assert_eq!(found, *expected && reason.is_none(), "{name}: {ran:?}");
            assert_eq!(ran.is_ok(), !found, "{name}");
        }
    }
}

#[test]
fn detection_can_be_switched_off() {
    let kernel = two_arrays(|h, _, out, l| h.store(out.at(h.int(0u32)), l));
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let mut out = Memory::U32(vec![0; 1]);
    let ran = run_with(
        &F32,
        tree,
        [1, 1, 1],
        &mut [Binding::Write(&mut out)],
        &Options::fast(),
    );
    assert!(ran.is_ok());
    assert_eq!(out, Memory::U32(vec![3]));
}
