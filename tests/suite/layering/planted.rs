//! Faults planted in small sources: each way to write a path is found, and what is no path is not.

use super::graph::{cycle, edges};
use super::sources::{Crate, Named};
use super::table::{compare, row};

const ROOT: &str = "mod a; mod b; mod c; pub use b::Handed; pub use std::fmt::Debug;";
const B: &str = "#[macro_export] macro_rules! handed { () => {} }";

/// Each makes module `a` know `b`.
const FORMS: &[&str] = &[
    "use crate::b;",
    "use crate::b::X;",
    "pub use crate::b::X;",
    "use crate::b as other;",
    "use crate::b::*;",
    "use crate::{c::Y, b::X};",
    "use crate::{c, b::{X, Y}};",
    "use super::b::X;",
    "use super::{b::{self, X}};",
    "use self::super::b::X;",
    "use crate::Handed;",
    "use crate::*;",
    "use super::*;",
    "fn f() { use crate::b; }",
    "mod inner { use super::super::b; }",
    "mod inner { mod more { fn f() { super::super::super::b::g() } } }",
    "#[cfg(not(test))] use crate::b;",
    "fn f() { crate::b::g(); }",
    "fn f() { super::b::g::<u8>(); }",
    "fn f() { g::<crate::b::X>(); }",
    "fn f() { let x = crate::b::X { y: 1 }; }",
    "fn f() { let crate::b::X { y } = x; }",
    "fn f(x: u8) { match x { crate::b::LEAST => {} _ => {} } }",
    "fn f(x: crate::b::X) {}",
    "fn f() -> Box<dyn crate::b::T> { x }",
    "fn f(x: &impl super::b::T) {}",
    "fn f<X>() where X: crate::b::T {}",
    "fn f() where [u8; crate::b::N]: Sized {}",
    "struct S { x: Vec<crate::b::X> }",
    "enum E { X(crate::b::X) }",
    "trait T: crate::b::T {}",
    "impl crate::b::T for u8 {}",
    "impl super::Handed { fn f() {} }",
    "type A = <u8 as crate::b::T>::Out;",
    "const N: usize = crate::b::N;",
    "static F: fn(crate::b::X) = f;",
    "fn f() { crate::handed!() }",
    "fn f() { write!(out, \"{}\", crate::b::N) }",
    "fn f() { matches!(x, [super::b::X { .. }]) }",
    "fn f() { g! { use crate::{c, b::X}; } }",
    "macro_rules! m { () => { $crate::b::X } }",
    "#[derive(crate::b::Derive)] struct S;",
    "thread_local! { static X: crate::b::X = 1; }",
];

/// None of them does.
const NOTHING: &[&str] = &[
    "//! crate::b",
    "/// [`X`](crate::b::X)\nstruct S;",
    "// use crate::b;",
    "const S: &str = \"crate::b::X\";",
    "pub(in crate::b) struct S;",
    "use crate::c;",
    "use crate::Debug;",
    "use b::X;",
    "use self::b::X;",
    "mod b { fn f() { self::g() } }",
    "#[cfg(test)] mod tests { use crate::b; }",
    "#[cfg(test)] use crate::b;",
    "#[cfg(all(test, feature = \"gpu\"))] fn f() { crate::b::g() }",
    "#[test] fn f() { crate::b::g() }",
    "struct S; impl S { #[cfg(test)] fn f() { crate::b::g() } }",
];

fn planted(a: &str) -> Crate {
    let texts: &[(&[&str], &str)] = &[(&[], ROOT), (&["a"], a), (&["b"], B), (&["c"], "")];
    Crate::planted(texts)
}

fn knows_b(a: &str) -> bool {
    edges(&planted(a))["a"].contains_key("b")
}

#[test]
fn each_way_to_name_a_module_is_seen() {
    for form in FORMS {
        assert!(knows_b(form), "not seen: {form}");
    }
    for text in NOTHING {
        assert!(!knows_b(text), "seen: {text}");
    }
}

#[test]
fn each_way_to_name_another_crate_is_seen() {
    let forms = [
        "use naga;",
        "use naga::Module;",
        "use {naga::Module};",
        "use ::naga::Module;",
        "use naga as other;",
        "extern crate naga;",
        "fn f(x: &naga::Module) {}",
        "fn f() { g!(naga::Module) }",
        "macro_rules! m { () => { ::naga::Module } }",
        "#[cfg(feature = \"gpu\")] fn f() { naga::g() }",
    ];
    let sees = |text: &str| {
        let is_naga = |m: &super::sources::Mention| m.to == Named::Other("naga".to_string());
        planted(text).mentions.iter().any(is_naga)
    };
    for form in forms {
        assert!(sees(form), "not seen: {form}");
    }
    let root: &[(&[&str], &str)] = &[(&[], "mod a; use naga::Module;"), (&["a"], "")];
    assert!(
        Crate::planted(root)
            .mentions
            .iter()
            .any(|m| m.to == Named::Other("naga".into()))
    );
    assert!(!sees("/// naga::Module\nstruct S; // naga::Module"));
}

#[test]
fn a_cycle_is_told_with_the_lines_that_make_it() {
    let texts: &[(&[&str], &str)] = &[
        (&[], ROOT),
        (&["a"], "use crate::c::X;"),
        (&["b"], "\n\nfn f() { super::a::g() }"),
        (&["c"], ""),
        (&["c", "inner"], "\nuse super::super::b;"),
    ];
    assert_eq!(
        cycle(&edges(&Crate::planted(texts))).unwrap(),
        "  a names c (a:1)\n  c names b (c/inner:2)\n  b names a (b:3)\n"
    );
    assert!(cycle(&edges(&planted("use crate::{b, c};"))).is_none());
}

#[test]
fn what_the_list_does_not_say_is_told() {
    let edges = edges(&planted("\nuse crate::b;"));
    let told = |rows: &[&str]| {
        let rows: Vec<_> = rows.iter().map(|line| row(line)).collect();
        compare(&rows, &edges).join("\n")
    };
    assert_eq!(told(&["c", "b", "a  b"]), "");
    assert_eq!(told(&["c", "b", "a  *"]), "");
    assert_eq!(told(&["c", "b", "a"]), "  a must not know b (a:2)");
    assert_eq!(told(&["c", "a  *", "b"]), "  a must not know b (a:2)");
    assert_eq!(told(&["c", "b", "a  b c"]), "  a does not know c any more");
    assert_eq!(
        told(&["a  b", "b", "c"]),
        "  a is listed before b, which it knows"
    );
    assert_eq!(told(&["b", "a  b"]), "  c is not listed");
    assert_eq!(told(&["d", "c", "b", "a  b"]), "  there is no module d");
}
