//! Sanitized runs on several threads tell what a run on one tells.

use super::{record, same};
use crate::domain::F32;
use crate::record::{Recorder, WriteBuffer};
use crate::reference::{Binding, Options, Outcome, run_fast};
use crate::{Exp, Memory};

/// Enough for several teams of workgroups.
const LANES: u32 = 1 << 13;

/// Runs `body` in workgroups of 64, on one thread and on two; what both tell, and what they leave in `y`, which held 1, 2, 3...
fn told(
    fresh: bool,
    body: impl for<'m> FnOnce(&'m Recorder, Exp<'m, u32>, WriteBuffer<'m, u32>),
) -> (Result<Outcome, String>, Memory<f32>) {
    let kernel = record([64, 1, 1], |h| {
        let y = h.storage_mut::<u32>("y");
        let i = h.bind("i", h.global_index());
        body(h, i, y);
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let run = |threads| {
        let mut memory = Memory::U32((1..=LANES).collect());
        let mut written: Vec<bool> = vec![false; LANES as usize];
        let y = if fresh {
            let (memory, written) = (&mut memory, &mut written);
            Binding::Fresh { memory, written }
        } else {
            Binding::Write(&mut memory)
        };
        let options = Options {
            threads: Some(threads),
            ..Options::default()
        };
        let ran = run_fast(&F32, tree, [LANES / 64, 1, 1], &mut [y], &options);
        (ran.map_err(|e| e.to_string()), memory, written)
    };
    let (one, two) = (run(1), run(2));
    same(&one.0, &two.0);
    if one.0.is_ok() {
        same(&(&one.1, &one.2), &(&two.1, &two.2));
    }
    (two.0, two.1)
}

#[test]
fn threads_change_nothing() {
    // An update in place, which a second run must not make twice.
    let (ran, y) = told(false, |h, i, y| {
        h.store(y.at(i), y.at(i).get() + h.lift(1_u32))
    });
    assert_eq!(ran.map(|o| o.warnings.len()), Ok(0));
    same(&y, &Memory::U32((2..LANES + 2).collect()));
    // The same, with a warning that calls for a second run.
    let (ran, y) = told(false, |h, i, y| {
        let negative = i.cast::<f32>() - h.float("10000.0");
        h.bind("not a number", negative.sqrt().cast::<u32>());
        h.store(y.at(i), y.at(i).get() + h.lift(1_u32));
    });
    assert_eq!(ran.map(|o| o.warnings.len()), Ok(1));
    same(&y, &Memory::U32((2..LANES + 2).collect()));
    // A fresh buffer, written throughout.
    let (ran, y) = told(true, |h, i, y| h.store(y.at(i), i));
    assert_eq!(ran.map(|o| o.warnings.len()), Ok(0));
    same(&y, &Memory::U32((0..LANES).collect()));
}

#[test]
fn what_is_wrong_between_threads_is_found() {
    type Body = for<'m> fn(&'m Recorder, Exp<'m, u32>, WriteBuffer<'m, u32>);
    let cases: [(&str, bool, Body); 6] = [
        ("the same value", false, |h, i, y| {
            h.if_((i % h.lift(LANES - 1)).lt(h.lift(1_u32)));
            h.store(y.at(h.lift(0_u32)), h.lift(7_u32));
            h.end_if();
        }),
        ("race", false, |h, i, y| {
            h.store(y.at(h.lift(LANES - 1) - i), i);
            h.store(y.at(i), i);
        }),
        ("race", false, |h, i, y| {
            let other = y.at(h.lift(LANES - 1) - i).get();
            h.store(y.at(i), other);
        }),
        ("race", false, |h, i, y| {
            h.store(y.at(i % h.lift(4096_u32)), i)
        }),
        ("which nothing has written", true, |h, i, y| {
            h.store(y.at(i), y.at(i).get() + h.lift(1_u32));
        }),
        ("at index 8192", false, |h, i, y| {
            h.store(y.at(i + h.lift(1_u32)), i)
        }),
    ];
    for (words, fresh, body) in cases {
        let (ran, _) = told(fresh, body);
        let report = ran.expect_err(words);
        assert!(report.contains(words), "{words}: {report}");
    }
}
