//! What `shader!` expands to, one construct at a time, and that the table of messages is covered by cases.

use crate::messages::Message;
use std::path::Path;

/// The expansion of some items as formatted Rust.
fn expand(items: &str) -> String {
    let input = format!("[hesper] {items}").parse().unwrap();
    let file = syn::parse2(crate::shader(input)).unwrap();
    prettyplease::unparse(&file)
}

/// The expansion of a helper's body, which comes with the least around it.
fn body(statements: &str) -> String {
    expand(&format!(
        "fn f(x: &[f32], y: &mut [f32], n: u32, t: f32) {{ {statements} }}"
    ))
}

macro_rules! snapshots {
    ($($name:ident: $expansion:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!($expansion);
        }
    )*};
}

snapshots! {
    kernel: expand("
        /// y = max(x, 0), elementwise.
        #[workgroup_size(64)]
        pub fn relu(x: &[f32], y: &mut [f32]) {
            let i = global_index();
            if i < y.len() { y[i] = x[i].max(0.0); }
        }
    ");
    kernel_parameters: expand("
        #[cfg(test)]
        #[workgroup_size(N, 2 * N)]
        pub(super) fn scale<const N: u32>(
            /// The vectors.
            v: &[Vec3<f32>], #[comptime] by: f32, n: u32, mut flag: bool, aliased: Real
        ) {}
    ");
    structures: expand("
        #[derive(Clone, Copy)]
        pub struct Row { counter: elsewhere::Counter, weights: [f32; 2], x: Vec3<f32> }
    ");
    tails: expand("
        struct Log { count: Atomic<u32>, entries: [Vec2<f32>] }
        #[workgroup_size(4)]
        fn last(log: &mut Log, y: &mut [f32]) { y[0] = log.entries[log.entries.len() - 1].x; }
    ");
    any_order: expand("
        #[any_order(\"a list\")]
        #[workgroup_size(4)]
        fn compact(next: &mut [Atomic<u32>], #[any_order(\"a list too\")] out: &mut [u32]) {}
    ");
    numbers: expand("
        #[workgroup_size(4)]
        #[uniforms(0, LAST)]
        fn numbered(#[binding(1, 2)] x: &[f32], n: u32, #[binding(GROUP + 1, 0)] y: &mut [f32]) {}
    ");
    helper: expand("
        pub(crate) fn positive<const K: i32>(x: &[f32], mut i: u32, tile: &mut [f32; 8]) -> f32 {
            if i > 3 { return 0.0; }
            i += 1;
            x[i]
        }
        fn nothing() {}
    ");
    constants: expand("const HALF: f32 = 0.5; fn half(x: f32) -> f32 { x * HALF * f32::MAX * const { 1.0 + 2.0 } }");
    literals: body("let _ = (1, 2u32, -3, -0x1_0i32, 1.5e-3, -2.0_f32, 1f32, true);
        let a = 1; let b = 2u32; let c = -3; let d = 0x1_0i32; let e = 1.5e-3; let f = -2.0_f32; let g = 1f32; let h = true;");
    operators: body("let a = -t * (t + 1.0) - t % 2.0; let b = !n & 3 | n << 1 ^ 2; let c = (t as u32) + n; let d = t + 1.0 < t as f32;");
    logic: body("let a = n > 1 && x[n] > 0.0 || !(n == 0);");
    bindings: body("let a = t; let b: f32 = a; let mut c = b; let mut d: f32 = c; c = d; let _ = c; #[allow(unused)] let e = t;");
    places: body("let mut v = vec3(t, t, t); v.x = 1.0; v.y += v.z; y[n + 1] = x[n]; y[n] *= 2.0; let w = v.zx; let s = w.y; let l = x.len();");
    workgroup_memory: body("let a = workgroup::<[f32; 64]>(); let b = workgroup::<[[u32; N]; M]>(); let c = workgroup::<f32>();
        a[n] = 1.0; b[0][1] += 2; c = a[0]; workgroup_barrier(); let l = a.len();");
    local_arrays: body("let mut a = [0.0; N]; let mut b: [u32; 2] = [1, n]; #[allow(unused)] let mut c: [f32; 2 * N] = [t; 8];
        a[n] = 1.0; a[0] += a[1]; let l = a.len() + b[1];");
    logs: body("log!(\"nothing\"); if t > 0.0 { log!(\"{{t}} = {} of {}\", t * 2.0, x.len()) }");
    subgroups: body("let a = subgroup_add(t) + subgroup_broadcast(t, 2 * LANE); let b = subgroup_elect() || subgroup_any(n > subgroup_size());
        let c = workgroup::<[u32; 4]>(); let d = workgroup::<Atomic<i32>>(); let e = workgroup_uniform_load(c[n]); let f = workgroup_uniform_load(d);");
    atomics: expand("
        #[workgroup_size(64)]
        fn k(count: &mut [Atomic<u32>]) {
            let total = workgroup::<Atomic<i32>>();
            let bins = workgroup::<[Atomic<u32>; 64]>();
            bins[0].fetch_add(count[1].load());
            let (old, _) = count[2].compare_exchange_weak(0, 1);
            if old > 1 { total.store(3) }
            h(count, bins);
        }
        fn h(count: &mut [Atomic<u32>], bins: &mut [Atomic<u32>; 64]) {}
    ");
    if_values: body("let a = if t > 0.0 { 1.0 } else if t < 0.0 { return; } else { let b = t; b };");
    if_statements: body("if n > 0 { y[0] = 1.0; } else if n > 1 { return; } else { y[1] = 2.0 }");
    loops: body("for i in 0..n { if i > 3 { continue; } } for _ in (1..=n).rev().step_by(2) {} while t > 0.0 { break; } loop { break }");
    labels: body("'outer: for i in 0..n { while t > 0.0 { if i > 1 { continue 'outer; } break 'outer; } } 'a: { if n > 0 { break 'a; } y[0] = t; } 'b: { y[1] = t; }");
    loop_values: body("let a = loop { if n > 1 { break t; } }; let b = 'b: { loop { break 'b a; } }; let c = 'c: { if t > 0.0 { break 'c 1; } 2 };");
    tuples: expand("
        fn f(t: f32) -> (f32, (u32, bool)) {
            let (a, (mut b, _)): (f32, (f32, u32)) = (t, (t, 1));
            let whole = frexp(b);
            (b, _) = (whole.0, a);
            if a > 1.0 { return (b, (2, true)); }
            match (a, whole.1) { (_, 0) => (a, (3, false)), (r, k) if k > 5 => (r, (4, true)), _ => (b, (5, false)) }
        }
    ");
    lending: expand("
        fn h(a: &mut f32, list: &mut [f32; 2], read: &[u32; 4], t: f32) -> bool {
            if *a > t { return true; }
            *a += list[0].max(a.abs());
            g(a, &mut list[1]);
            read[1] > 2
        }
        fn g(a: &mut f32, b: &mut f32) {
            let mut list = [*a, 1.0];
            let t = workgroup::<[[u32; 4]; 2]>();
            h(b, &mut list, &t[1], 2.0);
        }
    ");
    asserts: body("assert!(n > 1 && t > 0.0); assert!(x[n] == t, \"{} is {}\", n, x[n] + 1.0);");
    unrolled: body("#[unroll] for i in 0..4 { y[i] = t.powi(i); } #[unroll] 'a: for i in (0..LIMIT).rev() { if i > n { continue; } for _ in 0..i { break 'a; } }");
    tables: body("y[0] = TABLE[n] + tables::OTHER[2]; let l = TABLE.len();");
    functions: expand("
        #[workgroup_size(8)]
        fn k(x: &[f32], y: &mut [f32], #[comptime] c: u32, f: impl Fn(f32) -> f32) { y[0] = h(x[0], c, f) + f(x[1]); }
        fn h(x: f32, n: u32, f: impl Fn(f32) -> f32) -> f32 { g(f(x), other::twice, |a, b: f32| (a * x, b)) }
        fn g(x: f32, f: impl Fn(f32) -> f32, p: impl Fn(f32, f32) -> (f32, f32)) -> f32 { p(f(x), x).0 }
    ");
    matches: body("let a = match n { 0 => 1.0, 1 | 2..=5 => 2.0, LIMIT => 3.0, k if k > 9 => k as f32, _ => 0.0 };");
    calls: body("let a = t.exp().mul_add(2.0, t).powi(-2); let b = mix(t, a, 0.5) + dot(vec2(t, t), Vec2::splat(t)); f(x, y, n, b); other::g::<3>(global_index());");
    stubs: expand("
        #[workgroup_size(64)]
        pub fn broken(x: &[f64], y: &mut [f32]) { y[0] = 1.0f64; }
        fn helper(x: f64, y: f32) -> f32 { y = 1.0; y }
        struct Extra;
    ");
}

#[test]
fn every_message_has_a_case() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    for message in Message::ALL {
        let case = cases.join(message.case());
        let text = std::fs::read_to_string(case.with_extension("stderr"));
        let text = text.unwrap_or_else(|e| panic!("case of {message:?}: {e}"));
        assert!(case.with_extension("rs").exists(), "{message:?}");
        let rendered = message.render("\0");
        for part in rendered.split(['\0', '\n']) {
            assert!(
                text.contains(part.trim()),
                "{message:?}: {part:?} is not in its case"
            );
        }
    }
}

/// Found by the fuzzing beside this crate: what it gave was no Rust, which hides the error beside it.
#[test]
fn what_is_broken_gives_rust_and_an_error() {
    for items in [
        "#[workgroup_size(64)] fn k(else) {}",
        "fn f(impl) -> u32 { 1 }",
        "fn f(let) {}",
        "struct S { y: &f32 }",
        "struct S { rows: [f32], n: u32 }",
        "struct S { _: f32 }",
        "struct G<'a> { _: &'a [f32] } fn f(g: &G) {}",
    ] {
        let given = expand(items);
        assert!(given.contains("compile_error!"), "{items}: {given}");
    }
}

#[test]
fn garbage_gives_errors_and_no_panic() {
    let pieces = [
        "fn",
        "k",
        "(",
        ")",
        "{",
        "}",
        "#",
        "[workgroup_size(4)]",
        "let",
        "=",
        ";",
        "x",
        "..",
        "if",
        "else",
        "&mut",
        "[f32]",
        ":",
        ",",
        "1.0",
        "match",
        "=>",
        "<",
        ">",
        "const",
        "return",
    ];
    let mut state = 1_u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..24 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            text.push(' ');
        }
        if let Ok(tokens) =
            format!("[hesper] #[workgroup_size(64)] fn k(x: &[f32]) {{ {text} }} {text}").parse()
        {
            let _ = crate::shader(tokens).to_string();
        }
    }
}
