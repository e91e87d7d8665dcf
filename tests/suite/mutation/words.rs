//! What is made of a small kernel.

use hesper_shader::shader;
use hesper_shader::tree::mutate::{Kind, Variants, mutants, rewritings};
use std::collections::BTreeSet;

shader! {
    /// The sum over the workgroup.
    fn total(part: &mut [f32; 4], value: f32) -> f32 {
        let lane = local_invocation_index();
        part[lane] = value;
        workgroup_barrier();
        let mut sum = 0.0;
        for j in 0..4 {
            sum += part[j];
        }
        sum
    }

    /// Something of everything that variants are made of.
    #[workgroup_size(4)]
    fn small(x: &[f32], hits: &mut [Atomic<u32>], y: &mut [f32], rows: u32, cols: u32) {
        let part = workgroup::<[f32; 4]>();
        let tile = workgroup::<[[f32; 4]; 2]>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        let mut best = neg_infinity();
        if row < rows {
            best = best.max(x[row * cols + lane]);
        }
        tile[1][lane] = best;
        let sum = total(part, best - 0.5);
        let turned = if best > 0.25 { -sum } else { tile[1][lane] };
        if lane == 0 {
            hits[0].fetch_add(1);
            y[row] = turned;
        }
    }
}

/// Each with its kind, function and words.
fn listed(variants: &Variants) -> String {
    let line = |v: &hesper_shader::tree::mutate::Variant| {
        format!("{}: {}: {}\n", v.function, v.kind, v.words)
    };
    variants.all.iter().map(line).collect()
}

#[test]
fn mutants_of_a_small_kernel() {
    let kernel = small();
    let made = mutants(kernel.tree().unwrap());
    insta::assert_snapshot!("mutants", listed(&made));
    let words: BTreeSet<(&str, &str)> = made
        .all
        .iter()
        .map(|v| (v.function.as_str(), v.words.as_str()))
        .collect();
    assert_eq!(words.len(), made.all.len(), "words that are not distinct");
    let text = kernel.tree().unwrap().to_string();
    for variant in &made.all {
        assert_ne!(variant.tree.to_string(), text, "{}", variant.words);
        let line = variant.loc.to_string();
        assert!(line.contains("mutation/words.rs"), "{line}");
    }
}

#[test]
fn every_kind_is_made() {
    let kernel = small();
    let tree = kernel.tree().unwrap();
    let (wrong, right) = (mutants(tree), rewritings(tree));
    let kinds: BTreeSet<Kind> = wrong.all.iter().chain(&right.all).map(|v| v.kind).collect();
    let missing: Vec<&Kind> = Kind::ALL.iter().filter(|k| !kinds.contains(k)).collect();
    // There is nothing that does not change in its loop, and no sum of sums.
    assert_eq!(missing, [&Kind::Associate, &Kind::Hoist]);
}

#[test]
fn rewritings_of_a_small_kernel() {
    let kernel = small();
    let made = rewritings(kernel.tree().unwrap());
    let texts = made.all.iter().map(|v| format!("{}\n{}", v.words, v.tree));
    insta::assert_snapshot!("rewritings", texts.collect::<Vec<_>>().join("\n"));
}
