//! The trace's text for each kind of statement.

use super::record;
use crate::domain::F32;
use crate::record::builtins::{subgroup_add, subgroup_shuffle};
use crate::reference::{Binding, Options, run_with};
use crate::{Atomic, Kernel, Memory};

/// Every kind of statement once.
fn assorted() -> Kernel {
    record([4, 1, 1], |h| {
        let (x, n) = (h.storage_mut::<f32>("x"), h.storage_mut::<Atomic<u32>>("n"));
        let flag = h.workgroup_var::<u32>("flag");
        let lane = h.local_invocation_index();
        let root = h.bind("root", x.at(lane).get().sqrt());
        let low = h.bind("low", root.lt(h.float("1.0")));
        let negative = -root;
        h.if_(low);
        h.else_();
        let chosen = h.bind("chosen", h.end_if_value(negative, root));
        let counts = h.bind("counts", chosen.cast::<u32>());
        h.bind("total", subgroup_add(counts));
        subgroup_shuffle(counts, h.int(0u32));
        let (old, _) = n.at(lane).compare_exchange_weak(counts, lane);
        h.bind("old", old);
        n.at(lane).store(h.int(7u32));
        h.if_(lane.eq(h.int(0u32)));
        h.store(flag, h.int(9u32));
        h.end_if();
        h.bind("same", h.workgroup_uniform_load(flag));
        h.storage_barrier();
        h.for_("k", h.range(h.int(0u32), h.int(2u32)));
        h.break_();
        h.end_for();
        let pair = h.var("pair", crate::record::builtins::vec2(root, chosen));
        h.store(pair.y(), h.float("0.5"));
        let mut call = h.call("half", "", "half");
        let a = call.value("a", pair.get());
        if call.enter() {
            call.returns(a.x() / h.float("2.0"));
        }
        let half = call.finish::<crate::Exp<'_, f32>>();
        h.store(x.at(lane), half);
        h.return_();
    })
}

/// What invocation 2 of [`assorted`] does.
const TRACE: &[&str] = &[
    "9.0 from x[2]",
    "root = 3.0 from sqrt(9.0)",
    "low = false from 3.0 < 1.0",
    "-3.0 from -(3.0)",
    "chosen = 3.0 from if false { -3.0 } else { 3.0 }",
    "counts = 3 from 3.0 as u32",
    "total = 6 from subgroup_add(3)",
    "0 from subgroup_shuffle(3, 0)",
    "old = 3 from n[2].compare_exchange_weak(3, 2), exchanged: true",
    "n[2].store(7)",
    "false from 2 == 0",
    "if false",
    "same = 9 from workgroup_uniform_load(flag)",
    "storage barrier",
    "for 2 times",
    "break",
    "(3.0, 3.0)",
    "pair = (3.0, 3.0)",
    "pair.y = 0.5",
    "(3.0, 0.5) from pair",
    "calls `half`",
    "3.0",
    "1.5 from 3.0 / 2.0",
    "return 1.5",
    "x[2] = 1.5",
    "return",
];

#[test]
fn each_statement_says_what_it_did() {
    let kernel = assorted();
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        trace: Some([2, 0, 0]),
        spurious_failures: None,
        ..Options::default()
    };
    let mut x = Memory::F32(vec![0.0, 1.0, 9.0, 4.0]);
    let mut n = Memory::U32(vec![0, 1, 3, 2]);
    let mut bindings = [Binding::Write(&mut x), Binding::Write(&mut n)];
    let ran = run_with(&F32, tree, [1, 1, 1], &mut bindings, &options);
    let outcome = ran.unwrap_or_else(|error| panic!("{error}"));
    let texts: Vec<&str> = outcome
        .trace
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(texts, TRACE);
}
