//! Where invocations parted that do not meet at a barrier.

use super::{fault, record};
use crate::domain::F32;
use crate::record::Recorder;
use crate::reference::{Binding, Fault, Options, Parting, Way, run_fast};
use crate::tree::ScalarValue;
use crate::{Exp, Kernel, Memory};

/// What a kernel does with its lane in the workgroup of 8 and a line to write down; the line is that where invocations part.
type Body = for<'m> fn(&'m Recorder, Exp<'m, u32>, &mut u32);

/// One line for each case: what it is, the kernel, how many lanes get there, one that does not, and how that one left.
const CASES: &[(&str, Body, usize, u32, Way)] = &[
    ("a branch", in_a_branch, 3, 3, Way::Branch),
    ("the other branch", in_the_other_branch, 5, 0, Way::Branch),
    (
        "a branch that only some reach",
        after_a_return_in_a_branch,
        2,
        2,
        Way::Branch,
    ),
    ("a return", after_a_return, 5, 0, Way::Return),
    (
        "a return of a helper",
        after_a_return_in_a_helper,
        5,
        0,
        Way::Return,
    ),
    ("a break", after_a_break, 5, 0, Way::Break),
    ("a condition", in_a_while, 5, 0, Way::Break),
    ("a continue", after_a_continue, 5, 0, Way::Continue),
    ("trips that differ", in_a_for, 5, 0, Way::Done),
];

fn in_a_branch(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    *line = line!() + 1;
    h.if_(lane.lt(h.int(3u32)));
    h.workgroup_barrier();
    h.end_if();
}

fn in_the_other_branch(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    *line = line!() + 1;
    h.if_(lane.lt(h.int(3u32)));
    h.else_();
    h.workgroup_barrier();
    h.end_if();
}

fn after_a_return_in_a_branch(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    h.if_(lane.gt(h.int(5u32)));
    h.return_();
    h.end_if();
    *line = line!() + 1;
    h.if_(lane.lt(h.int(2u32)));
    h.storage_barrier();
    h.end_if();
}

fn after_a_return(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    h.if_(lane.lt(h.int(3u32)));
    *line = line!() + 1;
    h.return_();
    h.end_if();
    h.workgroup_barrier();
}

fn after_a_return_in_a_helper(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    let mut call = h.call("helper", "", "helper");
    let n = call.value("n", lane);
    if call.enter() {
        h.if_(n.lt(h.int(3u32)));
        *line = line!() + 1;
        h.return_();
        h.end_if();
        h.workgroup_barrier();
    }
    call.finish_unit();
}

fn after_a_break(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    h.for_("i", h.range(h.int(0u32), h.int(2u32)));
    h.if_(lane.lt(h.int(3u32)));
    *line = line!() + 1;
    h.break_();
    h.end_if();
    h.workgroup_barrier();
    h.end_for();
}

fn in_a_while(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    let n = h.var("n", lane / h.int(3u32));
    h.loop_();
    *line = line!() + 1;
    h.while_(n.get().gt(h.int(0u32)));
    h.store(n, n.get() - h.int(1u32));
    h.workgroup_barrier();
    h.end_loop();
}

fn after_a_continue(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    h.for_("i", h.range(h.int(0u32), h.int(2u32)));
    h.if_(lane.lt(h.int(3u32)));
    *line = line!() + 1;
    h.continue_();
    h.end_if();
    h.workgroup_barrier();
    h.end_for();
}

fn in_a_for(h: &Recorder, lane: Exp<'_, u32>, line: &mut u32) {
    *line = line!() + 1;
    h.for_("i", h.range(h.int(0u32), lane / h.int(3u32) + h.int(1u32)));
    h.workgroup_barrier();
    h.end_for();
}

/// A kernel that runs the body, and the line where it parts.
fn kernel(body: Body) -> (Kernel, u32) {
    let mut line = 0;
    let kernel = record([8, 1, 1], |h| {
        body(h, h.local_invocation_index(), &mut line)
    });
    (kernel, line)
}

#[test]
fn a_divergent_barrier_says_how_and_where_another_invocation_left() {
    for (name, body, reached, absent, way) in CASES {
        let (kernel, line) = kernel(*body);
        let error = fault(&kernel, [2, 1, 1], &mut []);
        let Fault::DivergentBarrier {
            reached: found,
            invocations: 8,
            absent: who,
            parted: Some(Parting { way: how, loc }),
            other: None,
        } = &error.fault
        else {
            panic!("{name}: {error}");
        };
        assert_eq!(
            (found, who.global),
            (reached, [*absent, 0, 0]),
            "{name}: {error}"
        );
        assert_eq!((how, loc.0.line()), (way, line), "{name}: {error}");
        assert!(
            error.to_string().contains(&loc.to_string()),
            "{name}: {error}"
        );
    }
}

#[test]
fn invocations_part_within_their_own_workgroup() {
    // The first branch parts workgroups of a team, the return in it those of the second one alone.
    let mut line = 0;
    let kernel = record([4, 1, 1], |h| {
        h.if_(h.workgroup_index().ge(h.uniform::<u32>("quiet")));
        h.if_(h.local_invocation_index().eq(h.int(2u32)));
        line = line!() + 1;
        h.return_();
        h.end_if();
        h.if_(h.workgroup_index().lt(h.int(4u32)));
        h.workgroup_barrier();
        h.end_if();
        h.end_if();
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    for quiet in 0..4 {
        let ran = run_fast(
            &F32,
            tree,
            [8, 1, 1],
            &mut [Binding::Value(ScalarValue::U32(quiet))],
            &Options::default(),
        );
        let Err(error) = ran else {
            panic!("no error was reported");
        };
        let Fault::DivergentBarrier {
            absent,
            parted: Some(parted),
            ..
        } = &error.fault
        else {
            panic!("{error}");
        };
        let found = (absent.workgroup[0], absent.global[0], parted.way);
        assert_eq!(found, (quiet, quiet * 4 + 2, Way::Return), "{error}");
        assert_eq!(parted.loc.0.line(), line, "{error}");
    }
}

#[test]
fn the_barrier_on_the_other_way_is_named() {
    let mut line = 0;
    let kernel = record([4, 1, 1], |h| {
        h.if_(h.local_invocation_index().lt(h.int(1u32)));
        h.workgroup_barrier();
        h.else_();
        h.for_("i", h.range(h.int(0u32), h.int(2u32)));
        line = line!() + 1;
        h.workgroup_barrier();
        h.end_for();
        h.end_if();
    });
    let error = fault(&kernel, [1, 1, 1], &mut []);
    let Fault::DivergentBarrier {
        other: Some(other), ..
    } = &error.fault
    else {
        panic!("{error}");
    };
    assert_eq!(other.0.line(), line);
    assert!(
        error
            .to_string()
            .contains(&format!("to the barrier at {other}")),
        "{error}"
    );
}

#[test]
fn invocations_that_parted_and_met_again_are_together() {
    let kernel = record([8, 1, 1], |h| {
        let out = h.storage_mut::<u32>("out");
        let lane = h.local_invocation_index();
        h.for_("i", h.range(h.int(0u32), h.int(3u32)));
        h.if_(lane.lt(h.int(3u32)));
        h.for_("j", h.range(h.int(0u32), lane));
        h.if_(lane.eq(h.int(2u32)));
        h.break_();
        h.end_if();
        h.end_for();
        h.end_if();
        h.workgroup_barrier();
        h.end_for();
        h.store(out.at(lane), lane);
    });
    let mut out = Memory::U32(vec![0; 8]);
    let ran = super::run_f32(&kernel, [1, 1, 1], &mut [Binding::Write(&mut out)]);
    assert_eq!(ran, Ok(()));
    assert_eq!(out, Memory::U32((0..8).collect()));
}
