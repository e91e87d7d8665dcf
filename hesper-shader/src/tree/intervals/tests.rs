//! What may wrap, and which ways can be gone.

use super::{Found, Launch, Range};
use crate::record::builtins::vec2;
use crate::record::{Place, Placed, Recorder, WriteBuffer};
use crate::tree::{Shape, Structure, Type};
use crate::{Bindable, Exp, Kernel, Vec2};

/// An index made of `i`, which lies below `n`.
type Body = for<'m> fn(&'m Recorder, Exp<'m, u32>, Exp<'m, u32>) -> Exp<'m, u32>;

/// `if i < n { y[i] = x[index] }`, 64 invocations in a workgroup.
fn kernel(body: Body) -> Kernel {
    let kernel = Recorder::record("k", &[], [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let (n, i) = (h.uniform::<u32>("n"), h.global_index());
        h.if_(i.lt(n));
        let index = body(h, i, n);
        h.store(y.at(i), x.at(index).get());
        h.end_if();
    });
    assert!(kernel.tree().is_ok());
    kernel
}

/// Over as many workgroups as `n` invocations need, buffers as long.
fn walk(kernel: &Kernel, n: u32) -> Found {
    let tree = kernel.tree().unwrap();
    let groups = crate::Grid::cover(n as usize).groups([64, 1, 1]).unwrap();
    let mut launch = Launch::any(tree, groups.map(|n| Range::point(n.into())));
    for known in &mut launch.params {
        known.value = Range::point(n.into());
    }
    tree.walk(&launch)
}

/// What is said of the first wrap: nothing, that it does, or that it may.
fn said(found: &Found) -> &'static str {
    match found.wraps.first() {
        None => "",
        Some(wrap) if wrap.certain => "wraps",
        Some(_) => "may wrap",
    }
}

fn count_up<'m>(h: &'m Recorder, i: Exp<'m, u32>, by: Exp<'m, u32>) -> Exp<'m, u32> {
    let sum = h.var("sum", h.int(0u32));
    h.for_("k", h.range(h.int(0u32), i));
    h.store(sum, sum.get() + by);
    h.end_for();
    sum.get()
}

/// The second of 4i and 2i, which both lie in one range.
fn kept_vector<'m>(h: &'m Recorder, i: Exp<'m, u32>, _: Exp<'m, u32>) -> Exp<'m, u32> {
    let twice = i * h.int(2u32);
    let kept = h.var("kept", vec2(twice * h.int(2u32), twice));
    kept.get().y() * h.int(2u32)
}

/// The same of a helper's result.
fn yielded_vector<'m>(h: &'m Recorder, i: Exp<'m, u32>, _: Exp<'m, u32>) -> Exp<'m, u32> {
    let mut call = h.call("both", "", "both");
    let twice = call.value("twice", i * h.int(2u32));
    if call.enter() {
        call.returns(vec2(twice * h.int(2u32), twice));
    }
    call.finish::<Exp<'_, Vec2<u32>>>().y() * h.int(2u32)
}

fn last_of_steps<'m>(h: &'m Recorder, i: Exp<'m, u32>, n: Exp<'m, u32>) -> Exp<'m, u32> {
    let last = h.var("last", h.int(0u32));
    let at = h.for_("at", h.range(i, n).step_by(h.int(64)));
    // Four times what is left of it is within 64 of four times nothing.
    h.store(last, (n - at).min(h.int(64u32)) * h.int(4u32));
    h.end_for();
    last.get()
}

#[test]
fn what_wraps_is_told() {
    const GIGA: u32 = 1 << 30;
    let cases: [(&str, Body, u32, &str); 19] = [
        ("4i/4", |h, i, _| i * h.int(4u32) / h.int(4u32), GIGA, ""),
        (
            "4i/4",
            |h, i, _| i * h.int(4u32) / h.int(4u32),
            GIGA + 1,
            "wraps",
        ),
        ("i²/i²", |_, i, _| i * i, 1 << 16, ""),
        ("i²/i²", |_, i, _| i * i, (1 << 16) + 1, "wraps"),
        (
            "the last first",
            |h, i, n| n - h.int(1u32) - i,
            4_294_000_000,
            "",
        ),
        ("one more", |h, i, _| i + h.int(1u32), 4_294_000_000, ""),
        ("one less", |h, i, _| i - h.int(1u32), 100, "wraps"),
        ("two i less i", |h, i, _| i * h.int(2u32) - i, 1 << 31, ""),
        (
            "through i32",
            |_, i, _| i.cast::<i32>().cast::<u32>(),
            1 << 31,
            "",
        ),
        (
            "through i32",
            |_, i, _| i.cast::<i32>().cast::<u32>(),
            (1 << 31) + 1,
            "wraps",
        ),
        ("meant", |h, i, _| i.wrapping_mul(h.int(4u32)), 1 << 31, ""),
        ("what is left", |_, i, n| n.max(i) - i, 1 << 31, ""),
        ("another left", |_, i, n| n - n.min(i * n), 1 << 31, "wraps"),
        ("counted up", count_up, 1 << 31, "may wrap"),
        ("steps", last_of_steps, 1 << 31, ""),
        ("a kept vector", kept_vector, 1 << 29, ""),
        ("a kept vector", kept_vector, 1 << 30, "may wrap"),
        ("a yielded vector", yielded_vector, 1 << 29, ""),
        ("a yielded vector", yielded_vector, 1 << 30, "may wrap"),
    ];
    for (what, body, n, expected) in cases {
        let found = walk(&kernel(body), n);
        assert_eq!(said(&found), expected, "{what} at {n}: {:?}", found.wraps);
    }
}

#[test]
fn a_wrap_is_told_with_its_line_and_use() {
    let line = line!() + 1;
    let found = walk(&kernel(|h, i, _| i * h.int(8u32)), 1 << 30);
    let text = found.wraps[0].to_string();
    let place = format!("the `*` at {}:{line}:", file!());
    assert!(text.starts_with(&place), "{text}");
    let rest = "wraps: it is 0 to 8589934584, for an index of `x` at ";
    assert!(text.contains(rest), "{text}");
}

#[test]
fn branches_go_where_they_can() {
    // Each body ends in one more branch; the first is the guard. What it can: no, yes.
    let cases: [(&str, Body, [bool; 2]); 8] = [
        (
            "by a lane",
            |h, i, _| then(h, i.lt(h.int(7u32)), i),
            [true, true],
        ),
        ("by the guard", |h, i, n| then(h, i.lt(n), i), [false, true]),
        ("beyond it", |h, i, n| then(h, i.gt(n), i), [true, false]),
        (
            "a size",
            |h, i, n| then(h, n.gt(h.int(5u32)), i),
            [false, true],
        ),
        (
            "a rest",
            |h, i, _| then(h, (i % h.int(8u32)).lt(h.int(8u32)), i),
            [false, true],
        ),
        (
            "a lesser",
            |h, i, n| then(h, (i / h.int(2u32)).le(n), i),
            [false, true],
        ),
        (
            "a difference",
            |h, i, n| then(h, (n - i).eq(h.int(0u32)), i),
            [true, false],
        ),
        ("iterations", |h, i, n| count_up(h, n - i, n), [false, true]),
    ];
    for (what, body, can) in cases {
        let kernel = kernel(body);
        let found = walk(&kernel, 1000);
        assert_eq!(found.ways[0], [true, true], "{what}");
        assert_eq!(found.ways[1..], [can], "{what}");
    }
}

fn then<'m>(h: &'m Recorder, holds: Exp<'m, bool>, i: Exp<'m, u32>) -> Exp<'m, u32> {
    let chosen = h.var("chosen", i);
    h.if_(holds);
    h.store(chosen, h.int(0u32));
    h.end_if();
    chosen.get()
}

/// A guard beside another condition, of which the right side is only looked at where the left one holds, narrows as an `if` in an `if` does.
#[test]
fn short_circuits_narrow() {
    let found = walk(
        &kernel(|h, i, n| {
            let x = h.storage::<f32>("z");
            h.and_((i * h.int(2u32)).lt(n));
            let right = x.at(i).get().gt(h.float("0.0"));
            let both = h.end_and(right);
            let index = h.var("index", h.int(0u32));
            h.if_(both);
            h.store(index, n / h.int(2u32) - h.int(1u32) + h.int(1u32) - i);
            h.end_if();
            index.get()
        }),
        1 << 20,
    );
    assert_eq!(said(&found), "", "{:?}", found.wraps);
}

/// `struct Log { count: u32, entries: [f32] }`
struct Log;

impl Bindable for Log {
    fn shape() -> Shape {
        let fields = [
            ("count", Shape::Value(Type::U32)),
            ("entries", Shape::Tail(Box::new(Shape::Value(Type::F32)))),
        ];
        let fields = fields.map(|(name, shape)| (name.to_string(), shape));
        let name = "Log".to_string();
        let fields = fields.to_vec();
        Shape::Structure(Structure { name, fields }.into())
    }
}

impl Placed for Log {
    type Place<'m> = (Place<'m, u32>, WriteBuffer<'m, f32>);

    fn place<'m>(whole: Place<'m, Self>) -> Self::Place<'m> {
        (whole.field(0), whole.tail(1))
    }
}

/// The array that a structure ends in has a length of its own, which bounds its indices and what is computed of them.
#[test]
fn a_tail_is_as_long_as_its_buffer() {
    let kernel = Recorder::record("k", &[], [64, 1, 1], |h| {
        let ((count, entries), i) = (h.storage_one_mut::<Log>("log"), h.global_index());
        h.if_(i.lt(entries.len()));
        h.store(entries.at(i * h.int(4u32) / h.int(4u32)), h.float("1.0"));
        h.store(count, entries.len());
        h.end_if();
    });
    for (n, expected) in [(1 << 30, ""), ((1 << 30) + 1, "wraps")] {
        assert_eq!(said(&walk(&kernel, n)), expected, "{n}");
    }
}
