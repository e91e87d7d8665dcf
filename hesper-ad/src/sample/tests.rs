//! Rules and draws.

use super::*;
use crate::signature::Signature;

#[test]
fn draws_keep_to_their_rules() {
    let signature = Signature::new("Op")
        .input("x", ["n", "m"])
        .input("v", ["m"])
        .constant("mask", ["n"])
        .integer("labels", ["n"], "m")
        .output("y", ["n"]);
    let sampling = Sampling::default()
        .uniform("v", 0.5, 2.0)
        .one_of("mask", [0.0, 1.0]);
    let dims = Dims::new([("n", 40), ("m", 7)]);
    let sample = sampling.draw(&signature, &dims, &mut Rng::new(1));
    assert_eq!(sample, sampling.draw(&signature, &dims, &mut Rng::new(1)));
    assert_ne!(sample, sampling.draw(&signature, &dims, &mut Rng::new(2)));
    assert_eq!(sample.inputs[0].shape(), [40, 7]);
    assert!(
        sample.inputs[1]
            .data()
            .iter()
            .all(|v| (0.5..=2.0).contains(v))
    );
    assert!(
        sample.constants["mask"]
            .data()
            .iter()
            .all(|m| [0.0, 1.0].contains(m))
    );
    assert!(sample.integers["labels"].data().iter().all(|l| *l < 7));
    let tiny = sample.inputs[0]
        .rows()
        .filter(|r| r.iter().all(|x| x.abs() < 1e-2))
        .count();
    assert!((8..=12).contains(&tiny), "{tiny} tiny rows of 40");
}

#[test]
fn rules_that_make_no_sense_are_told() {
    let signature = Signature::new("Op")
        .input("x", ["n"])
        .constant("mask", ["n"])
        .output("y", ["n"]);
    let none = Sampling::default;
    for (sampling, says) in [
        (none().uniform("x", 0.5, 0.5).multiple("n", 4), ""),
        (none().one_of("mask", [0.0, f32::NEG_INFINITY]), ""),
        (none().uniform("x", 2.0, 1.0), "`x` goes from 2 to 1"),
        (none().uniform("x", f32::NAN, 1.0), "`x` goes from NaN to 1"),
        (
            none().uniform("x", 0.0, f32::INFINITY),
            "`x` goes from 0 to inf",
        ),
        (none().one_of("x", []), "`x` is an empty list"),
        (
            none().one_of("x", [f32::NAN]),
            "`x` is a list of what is no number",
        ),
        (
            none().uniform("xs", 0.0, 1.0),
            "a rule for `xs`, which is no input or constant; there are: `x`, `mask`",
        ),
        (
            none().uniform("y", 0.0, 1.0),
            "a rule for `y`, which is no input or constant",
        ),
        (none().up_to("x", 1e24), ""),
        (
            none().up_to("y", 1e24),
            "declares `y` up to 1e24, which is no input or constant",
        ),
        (
            none().up_to("x", f32::INFINITY),
            "up to inf: give it a number above zero",
        ),
        (
            none().uniform("x", 0.0, 1.0).up_to("x", 1e24),
            "up to 1e24, and has another rule for it",
        ),
        (
            none().multiple("m", 2),
            "makes `m` a multiple, which is no dimension; there are: `n`",
        ),
    ] {
        let mistake = sampling.mistake(&signature).unwrap_or_default();
        assert!(
            mistake.contains(says) && mistake.is_empty() == says.is_empty(),
            "{mistake}"
        );
    }
}

#[test]
fn rules_of_parts_merge() {
    let name = |dim: &str| Some(if dim == "a" { "n" } else { dim }.to_string());
    let port = |name: &str| (name != "gone").then(|| name.to_string());
    let one = Sampling::default().multiple("n", 4).uniform("x", 0.0, 1.0);
    let two = Sampling::default()
        .multiple("a", 6)
        .uniform("x", 1.0, 2.0)
        .uniform("gone", 1.0, 2.0)
        .renamed(port, name);
    let both = one.clone().merged(two);
    assert_eq!(both.multiple_of("n"), 12);
    assert_eq!(both.draws["x"], one.draws["x"]);
    assert_eq!(both.draws.len(), 1);
}
