//! Which ways branches go.

use super::{both, record};
use crate::Memory;
use crate::reference::{Binding, Options};
use crate::tree::{BranchKind, BranchWay, ScalarValue};

/// The ways of each branch, those of one lane or another: `n`, `y`, or `ny`.
fn ways(n: u32, m: u32) -> Vec<(BranchKind, String)> {
    let kernel = record([4, 1, 1], |h| {
        let y = h.storage_mut::<u32>("y");
        let (n, m, i) = (
            h.uniform::<u32>("n"),
            h.uniform::<u32>("m"),
            h.global_index(),
        );
        h.and_(i.lt(n));
        let inside = h.end_and(i.lt(m));
        h.if_(inside);
        h.for_("k", h.range(h.int(0u32), i));
        h.end_for();
        h.if_(i.gt(h.int(1u32)));
        let last = h.end_if_value(n, m);
        h.store(y.at(i), last);
        h.end_if();
    });
    let mut y = Memory::U32(vec![0; 8]);
    let mut bindings = [
        Binding::Write(&mut y),
        Binding::Value(ScalarValue::U32(n)),
        Binding::Value(ScalarValue::U32(m)),
    ];
    let told = both(&kernel, [2, 1, 1], &mut bindings, &Options::default()).unwrap();
    let text = |ways: crate::reference::Ways| {
        let went = |(way, letter): (BranchWay, char)| ways.went(way).then_some(letter);
        let letters = BranchWay::BOTH.into_iter().zip(['n', 'y']);
        letters.filter_map(went).collect()
    };
    let taken = &told.branches[0];
    assert_eq!(taken.kernel().name, "k");
    taken.ways().map(|(b, ways)| (b.kind, text(ways))).collect()
}

#[test]
fn each_lane_counts() {
    // Left, right, the whole, the loop, the value.
    let expected: [(u32, u32, [&str; 5]); 6] = [
        (8, 8, ["y", "y", "y", "ny", "ny"]),
        (7, 8, ["ny", "y", "ny", "ny", "ny"]),
        // The right side counts where the left one holds.
        (3, 4, ["ny", "y", "ny", "ny", "ny"]),
        (4, 3, ["ny", "ny", "ny", "ny", "ny"]),
        (1, 8, ["ny", "y", "ny", "n", "n"]),
        (0, 8, ["n", "", "n", "", ""]),
    ];
    for (n, m, expected) in expected {
        let (kinds, ways): (Vec<_>, Vec<_>) = ways(n, m).into_iter().unzip();
        use BranchKind::{If, Loop, Side};
        assert_eq!(kinds, [Side, Side, If, Loop, If]);
        assert_eq!(ways, expected, "{n} {m}");
    }
}
