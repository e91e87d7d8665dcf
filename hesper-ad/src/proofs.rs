//! What the proofs in `hesper-ad/proofs` are about: tapes that the recorder made, as text in Coq.
//!
//! `docs/proofs.md` says what is proved of them.

use crate::dims::Dims;
use crate::op::Op;
use crate::ops::{LayerNorm, MatMul, RmsNorm, Softmax, SoftmaxCrossEntropy, attention};
use crate::signature::Port;
use crate::spec::Spec;
use crate::tape::every_kind;
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::error::Error;

const HEAD: &str = "\
(** What the recorder made of the catalogue's specs at small sizes, and of a run with every kind of node. Written by the tests:
    [HESPER_UPDATE=1 cargo test -p tests proofs]. *)

From Coq Require Import ZArith List.
From Hesper Require Import Table Tape.
Import ListNotations.
";

/// An op by its name in the proofs, and for which sizes.
type Case<'c> = (&'c str, &'c dyn Op, &'c [(&'c str, usize)]);

/// The text of `hesper-ad/proofs/Recorded.v`.
///
/// # Errors
/// Where a spec cannot be recorded.
pub fn recorded() -> Result<String, Box<dyn Error>> {
    let attention = attention()?;
    let rows = [("rows", 2), ("cols", 3)];
    let classes = [("rows", 2), ("classes", 3)];
    let product = [("m", 2), ("k", 3), ("n", 2)];
    let heads = [
        ("heads", 1),
        ("rows", 2),
        ("keys", 3),
        ("dim", 2),
        ("width", 2),
    ];
    let cases: [Case; 6] = [
        ("softmax", &Softmax, &rows),
        ("cross_entropy", &SoftmaxCrossEntropy, &classes),
        ("rms_norm", &RmsNorm, &rows),
        ("layer_norm", &LayerNorm, &rows),
        ("matmul", &MatMul, &product),
        ("attention", &attention, &heads),
    ];
    let mut text = format!(
        "{HEAD}\n(** Every kind of node. *)\n\n{}",
        every_kind("every_kind")
    );
    for (name, op, sizes) in cases {
        let spec = Spec::new(op)?;
        let dims = Dims::new(sizes.iter().copied());
        let program = spec.program(name, &dims, &integers(&spec, &dims))?;
        let sizes = sizes.iter().map(|(name, size)| format!("{name} = {size}"));
        let sizes: Vec<String> = sizes.collect();
        text += &format!(
            "\n(** {} where {}. *)\n\n{program}",
            spec.op().name(),
            sizes.join(", ")
        );
    }
    Ok(text)
}

/// Integer inputs of an op: 0, 1, … again and again, the last first, so that neighbours differ.
fn integers(spec: &Spec<'_>, dims: &Dims) -> BTreeMap<String, Tensor<u32>> {
    let of_port = |(port, bound): (&Port, &str)| {
        let below = dims.get(bound).unwrap_or(1).max(1);
        let mut next = 0..;
        let tensor = Tensor::filled(port.shape(dims), ());
        let tensor = tensor.map(|_| (below - 1 - next.next().unwrap_or(0) % below) as u32);
        (port.name.clone(), tensor)
    };
    spec.signature().integers().map(of_port).collect()
}
