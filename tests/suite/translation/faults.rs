//! Deliberately wrong texts: each must be told from its kernel's tree.

use super::both::Unlike;
use super::catalogue::{Numbers, Parting, Run, shapes};
use hesper_ad::field::{Demands, Exact, Range};
use hesper_ad::prelude::*;
use hesper_ad::{Rng, ops};
use hesper_shader::domain::F32;
use std::cell::RefCell;

/// What must tell a wrong text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    /// Other results.
    Differs,
    /// Other results in binary32 alone: over exact numbers both are the same.
    Rounds,
    /// It does not run to its end: out of bounds, divergent, endless.
    Stops,
}
use Told::{Differs, Rounds, Stops};

/// An op by its name or its type's, a kernel of its plans, a piece of the kernel's WGSL, what stands there instead, and what must tell.
type Fault = (&'static str, &'static str, &'static str, &'static str, Told);

#[rustfmt::skip]
const FAULTS: &[Fault] = &[
    ("Relu",       "relu",              "max(_e34, 0f)",                        "min(_e34, 0f)",                        Differs),
    ("Relu",       "relu",              "min(n, ((",                            "min((n + 1u), ((",                     Stops),
    ("Relu",       "relu",              "min(n, ((",                            "min((n - 1u), ((",                     Differs),
    ("Relu",       "relu",              "k_count = (_e38 + 1u)",                "k_count = (_e38 + 2u)",                Differs),
    ("ScaledAdd",  "scaled_add",        "(_e36 + (s * _e39))",                  "(_e36 - (s * _e39))",                  Differs),
    ("ScaledAdd",  "scaled_add",        "(_e36 + (s * _e39))",                  "(_e39 + (s * _e36))",                  Differs),
    ("ScaledAdd",  "scaled_add",        "y_len: u32,\n    s: f32",              "s: f32,\n    y_len: u32",              Stops),
    ("CausalMask", "causal_mask",       "(i % keys) <= row",                    "(i % keys) < row",                     Differs),
    ("CausalMask", "causal_mask",       "4286578688u",                          "4286578687u",                          Differs),
    ("CausalMask", "causal_mask",       "chosen = _e35",                        "chosen = -(_e35)",                     Differs),
    ("Gelu",       "gelu",              "0.70710677f",                          "0.7071068f",                           Differs),
    ("Gelu",       "gelu",              "x_arg < 0f",                           "x_arg > 0f",                           Differs),
    ("Gelu",       "gelu",              "(1f - tail)",                          "(tail - 1f)",                          Differs),
    ("RoPE(halves)","rope",              "i / half",                             "i % half",                             Differs),
    ("RoPE(halves)","rope",              "(_e56 * c) - (_e60 * s)",              "(_e60 * s) - (_e56 * c)",              Differs),
    ("Embedding",  "embedding_links",   "_e31 != id",                           "_e31 == id",                           Differs),
    ("Embedding",  "embedding_links",   "before = (_e35 + 1u)",                 "before = _e35",                        Stops),
    ("Embedding",  "embedding_links",   "after = (_e55 + 1u)",                  "after = (_e55 + 2u)",                  Differs),
    ("Embedding",  "embedding_scatter", "other = _e67",                         "other = ids_len",                      Differs),
    ("Softmax",    "softmax",           "let _e23 = stride;",                   "let _e23 = 1u;",                       Rounds),
    ("Softmax",    "softmax",           "greatest = neg_infinity",              "greatest = 0f",                        Rounds),
    ("Softmax",    "softmax",           "stride = (_e32 / 2u)",                 "stride = (_e32 >> 2u)",                Rounds),
    ("Softmax",    "softmax",           "exp((_e26 - m))",                      "exp((m - _e26))",                      Differs),
    ("Softmax",    "softmax",           "return _e37;",                         "return f32(lane_1);",                  Differs),
    ("Softmax",    "softmax",           "row_sum_exp(start_2, cols, _e22, lane)", "row_sum_exp(start_2, rows, _e22, lane)", Stops),
    ("MatMul",     "matmul",            "vec4<f32>(_e175, _e179,",              "vec4<f32>(_e179, _e175,",              Differs),
    ("MatMul",     "matmul",            "(k >= inner)",                         "((k + 1u) >= inner)",                  Differs),
    ("MatMul",     "matmul",            "(_e213 + (b0_ * vec4(a0_)))",          "((_e213 * b0_) + vec4(a0_))",          Differs),
    ("MatMul",     "matmul",            "(min(line, (count - 1u)) * step_)",    "(line * step_)",                       Stops),
    ("MatMul",     "matmul",            "(col + (0u * 8u)) < cols",             "(col + (0u * 8u)) <= cols",            Stops),
];

/// Runs the op of a fault with its text changed.
struct Mutate<'f, N: Numbers> {
    numbers: &'f N,
    fault: &'f Fault,
    /// Where the two executions parted at some shape.
    parted: Option<Parting>,
    seen: bool,
    /// The kernel's text, where the piece is not in it.
    missing: Option<String>,
}

impl<N: Numbers> Mutate<'_, N> {
    fn op(&mut self, op: &dyn Op) {
        let (name, kernel, from, to, _) = *self.fault;
        if op.name() != name && op.type_name().rsplit("::").next() != Some(name) {
            return;
        }
        self.seen = true;
        let missing = RefCell::new(None);
        let edit = |this: &str, wgsl: &str| -> String {
            if this != kernel {
                return wgsl.to_string();
            }
            if !wgsl.contains(from) {
                missing.replace(Some(wgsl.to_string()));
            }
            wgsl.replacen(from, to, 1)
        };
        let mut shapes = shapes(op, &[17, 67]).into_iter();
        self.parted = shapes.find_map(|dims| Run::new(self.numbers, &edit).op(op, &dims).err());
        self.missing = missing.into_inner();
    }
}

/// What is amiss with a row; nothing where the fault is told as it should be.
fn amiss<N: Numbers>(numbers: &N, exact: bool, fault: &Fault) -> Option<String> {
    let mut mutate = Mutate {
        numbers,
        fault,
        parted: None,
        seen: false,
        missing: None,
    };
    for op in ops::catalogue().unwrap() {
        mutate.op(&*op);
    }
    if !mutate.seen {
        return Some(format!("no op has the name of {fault:?}"));
    }
    if let Some(wgsl) = mutate.missing {
        return Some(format!("the piece of {fault:?} is not in\n{wgsl}"));
    }
    let (_, kernel, .., expected) = *fault;
    let expected = match expected {
        Rounds if exact => {
            let told = mutate
                .parted
                .map(|parting| format!("{fault:?} was told by {parting:?}"));
            return told;
        }
        Rounds => Differs,
        other => other,
    };
    let Some(parting) = mutate.parted else {
        return Some(format!("nothing told {fault:?}"));
    };
    let told = match &parting.unlike {
        Unlike::Difference(_) => Some(Differs),
        Unlike::Text(_) => Some(Stops),
        // A text that is no module shows nothing.
        Unlike::Module(_) | Unlike::Tree(_) => None,
    };
    let as_it_should = parting.kernel == kernel && told == Some(expected);
    (!as_it_should).then(|| format!("{fault:?} was told by {parting:?}"))
}

fn all_told<N: Numbers>(numbers: &N, exact: bool) {
    let amiss: Vec<_> = FAULTS
        .iter()
        .filter_map(|fault| amiss(numbers, exact, fault))
        .collect();
    assert!(
        amiss.is_empty(),
        "in {}:\n{}",
        numbers.name(),
        amiss.join("\n")
    );
}

#[test]
fn wrong_texts_are_told_in_binary32() {
    all_told(&F32, false);
}

#[test]
fn wrong_texts_are_told_in_the_field() {
    let demands = Demands::default();
    let field = Exact::new(demands, Range::Reals, &mut Rng::new(1));
    all_told(&field, true);
}
