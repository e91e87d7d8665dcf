//! Texts written by hand, and what they must come to.

use super::{Bound, Dispatch, parse, run};
use hesper_shader::Memory;
use hesper_shader::domain::F32;
use std::collections::BTreeMap;

/// Invocations of the only workgroup.
const LANES: usize = 8;

/// Runs a body on eight invocations in subgroups of four, with whole numbers `y` and `count` of 1, 2, 3... and reals `x` of 0.5, 1.5, ...; what
/// `y` then holds.
fn ran(declared: &str, body: &str) -> Result<Vec<u32>, String> {
    let text = format!(
        "@group(0) @binding(0) var<storage, read_write> y: array<u32>;
         @group(0) @binding(1) var<storage, read_write> count: array<atomic<u32>>;
         @group(0) @binding(2) var<storage, read> x: array<f32>;
         {declared}
         @compute @workgroup_size(8)
         fn main(@builtin(local_invocation_index) i: u32, @builtin(subgroup_invocation_id) lane: u32) {{
             let keep = f32(count_of()) + x[i] + f32(lane);
             {body}
         }}
         fn count_of() -> u32 {{ return arrayLength(&count); }}"
    );
    let module = parse(&text)?;
    let numbers = || (1..=LANES as u32).collect();
    let reals = (0..LANES).map(|n| n as f32 + 0.5).collect();
    let mut bindings = BTreeMap::from([
        (0, Bound::Buffer(vec![Memory::U32(numbers())])),
        (1, Bound::Buffer(vec![Memory::U32(numbers())])),
        (2, Bound::Buffer(vec![Memory::F32(reals)])),
    ]);
    let dispatch = Dispatch {
        groups: [1, 1, 1],
        subgroup_size: 4,
    };
    run(&F32, &module, dispatch, &mut bindings)?;
    match bindings.remove(&0) {
        Some(Bound::Buffer(leaves)) => match &leaves[..] {
            [Memory::U32(y)] => Ok(y.clone()),
            other => Err(format!("{other:?}")),
        },
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn texts_come_to_what_they_say() {
    let shared = "var<workgroup> tile: array<u32, 8>; var<workgroup> one: u32;";
    let shared_atomic = "var<workgroup> total: atomic<u32>;";
    for (declared, body, expected) in [
        ("", "y[i] = i * 2u;", [0, 2, 4, 6, 8, 10, 12, 14]),
        ("", "y[i] = u32(x[i] * 2.0);", [1, 3, 5, 7, 9, 11, 13, 15]),
        // Each leaves its loop in its own round.
        (
            "",
            "var s = 0u; for (var k = 0u; k < 9u; k++) { if k == i { continue; } if k > i { break; } s += k; } y[i] = s;",
            [0, 0, 1, 3, 6, 10, 15, 21],
        ),
        (
            "",
            "var s = i; loop { s += 1u; continuing { s += 1u; break if s > 6u; } } y[i] = s;",
            [8, 7, 8, 7, 8, 7, 8, 9],
        ),
        (
            "",
            "if i > 5u { return; } y[i] = 0u;",
            [0, 0, 0, 0, 0, 0, 7, 8],
        ),
        // A barrier parts what is written from what is read.
        (
            shared,
            "tile[i] = i; workgroupBarrier(); y[i] = tile[7u - i];",
            [7, 6, 5, 4, 3, 2, 1, 0],
        ),
        (
            shared,
            "if i == 3u { one = 5u; } y[i] = workgroupUniformLoad(&one) + tile[i];",
            [5; LANES],
        ),
        // Atomics.
        (
            "",
            "atomicAdd(&count[0], i); storageBarrier(); y[i] = atomicLoad(&count[0]);",
            [29; LANES],
        ),
        (
            shared_atomic,
            "atomicMax(&total, i); workgroupBarrier(); y[i] = atomicLoad(&total);",
            [7; LANES],
        ),
        (
            "",
            "let won = atomicCompareExchangeWeak(&count[i], 3u, 9u); y[i] = select(won.old_value, 100u, won.exchanged);",
            [1, 2, 100, 4, 5, 6, 7, 8],
        ),
        // Subgroups of four.
        ("", "y[i] = subgroupAdd(i);", [6, 6, 6, 6, 22, 22, 22, 22]),
        (
            "",
            "y[i] = subgroupExclusiveAdd(i);",
            [0, 0, 1, 3, 0, 4, 9, 15],
        ),
        (
            "",
            "y[i] = subgroupShuffleXor(i, 1u);",
            [1, 0, 3, 2, 5, 4, 7, 6],
        ),
        (
            "",
            "y[i] = subgroupBallot(i > 2u).x;",
            [8, 8, 8, 8, 15, 15, 15, 15],
        ),
        // Those that do not take part give nothing.
        (
            "",
            "if i % 2u == 0u { y[i] = subgroupAdd(i); } else { y[i] = subgroupMax(i); }",
            [2, 3, 2, 3, 10, 7, 10, 7],
        ),
    ] {
        assert_eq!(ran(declared, body), Ok(expected.to_vec()), "{body}");
    }
}

#[test]
fn runs_that_mean_nothing_are_errors() {
    let shared = "var<workgroup> tile: array<u32, 8>;";
    for (declared, body, words) in [
        ("", "y[i + 1u] = i;", "8"),
        ("", "loop { if y[0] == 77u { break; } }", "it does not end"),
        (
            "",
            "if i < 4u { workgroupBarrier(); }",
            "part of the workgroup does not reach a barrier",
        ),
        (
            "",
            "if i < 4u { workgroupBarrier(); } else { workgroupBarrier(); }",
            "part of the workgroup does not reach a barrier",
        ),
        (
            shared,
            "y[i] = workgroupUniformLoad(&tile[i]);",
            "a uniform load of more than one place",
        ),
    ] {
        let error = ran(declared, body).expect_err(body);
        assert!(error.contains(words), "{body}: {error}");
    }
}
