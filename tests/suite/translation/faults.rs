//! Deliberately wrong texts: each must be told from its kernel's tree.

use super::both::Unlike;
use super::catalogue::{Numbers, Parting, Run, shapes};
use hesper_ad::field::{Demands, Exact, Range};
use hesper_ad::prelude::*;
use hesper_ad::{Rng, Visit, ops};
use hesper_shader::domain::F32;

/// What must tell a wrong text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    /// Other results.
    Differs,
    /// It does not run to its end: out of bounds, divergent, endless.
    Stops,
}
use Told::{Differs, Stops};

/// An op, a kernel of its plans, a piece of the kernel's WGSL, what stands there instead, and what must tell.
type Fault = (&'static str, &'static str, &'static str, &'static str, Told);

#[rustfmt::skip]
const FAULTS: &[Fault] = &[
    ("Relu",       "relu",              "max(_e22, 0f)",                        "min(_e22, 0f)",                        Differs),
    ("Relu",       "relu",              "i < y_len",                            "i <= y_len",                           Stops),
    ("Relu",       "relu",              "i < y_len",                            "i + 1u < y_len",                       Differs),
    ("Relu",       "relu",              "* num_workgroups.x",                   "* num_workgroups.y",                   Differs),
    ("Relu",       "relu",              "* 64u",                                "* 63u",                                Differs),
    ("ScaledAdd",  "scaled_add",        "(_e24 + (s * _e27))",                  "(_e24 - (s * _e27))",                  Differs),
    ("ScaledAdd",  "scaled_add",        "(_e24 + (s * _e27))",                  "(_e27 + (s * _e24))",                  Differs),
    ("ScaledAdd",  "scaled_add",        "y_len: u32,\n    s: f32",              "s: f32,\n    y_len: u32",              Stops),
    ("CausalMask", "causal_mask",       "(i % keys) <= row",                    "(i % keys) < row",                     Differs),
    ("CausalMask", "causal_mask",       "4286578688u",                          "4286578687u",                          Differs),
    ("CausalMask", "causal_mask",       "chosen = _e35",                        "chosen = -(_e35)",                     Differs),
    ("Gelu",       "gelu",              "0.70710677f",                          "0.7071068f",                           Differs),
    ("Gelu",       "gelu",              "x_arg < 0f",                           "x_arg > 0f",                           Differs),
    ("Gelu",       "gelu",              "(1f - tail)",                          "(tail - 1f)",                          Differs),
    ("RopeHalves", "rope",              "i / half",                             "i % half",                             Differs),
    ("RopeHalves", "rope",              "(_e56 * c) - (_e60 * s)",              "(_e60 * s) - (_e56 * c)",              Differs),
    ("Embedding",  "embedding_scatter", "_e37 != id",                           "_e37 == id",                           Differs),
    ("Embedding",  "embedding_scatter", "first = (_e41 + 1u)",                  "first = _e41",                         Stops),
    ("Embedding",  "embedding_scatter", "k_count = (_e72 + 1u)",                "k_count = (_e72 + 2u)",                Differs),
    ("Softmax",    "softmax",           "let _e23 = stride;",                   "let _e23 = 1u;",                       Differs),
    ("Softmax",    "softmax",           "greatest = neg_infinity",              "greatest = 0f",                        Differs),
    ("Softmax",    "softmax",           "stride = (_e32 / 2u)",                 "stride = (_e32 >> 2u)",                Differs),
    ("Softmax",    "softmax",           "exp((_e26 - m))",                      "exp((m - _e26))",                      Differs),
    ("Softmax",    "softmax",           "return _e37;",                         "return f32(lane_1);",                  Differs),
    ("Softmax",    "softmax",           "row_sum_exp(start_2, cols, _e22, lane)", "row_sum_exp(start_2, rows, _e22, lane)", Differs),
    ("MatMul",     "matmul",            "tile_b[k_1][local.x]",                 "tile_b[local.x][k_1]",                 Differs),
    ("MatMul",     "matmul",            "k_1 >= 16u",                           "k_1 >= 15u",                           Differs),
    ("MatMul",     "matmul",            "sum = (_e97 + (_e89 * _e94))",         "sum = (_e97 * _e89) + _e94",           Differs),
    ("MatMul",     "matmul",            "q < inner",                            "p < inner",                            Differs),
];

/// Runs the op of a fault with its text changed.
struct Mutate<'f, N: Numbers> {
    numbers: &'f N,
    fault: &'f Fault,
    /// Where the two executions parted at some shape.
    parted: Option<Parting>,
    seen: bool,
}

impl<N: Numbers> Visit for Mutate<'_, N> {
    fn visit<O: DiffOp>(&mut self, _: usize, op: &O) {
        let (name, kernel, from, to, _) = *self.fault;
        if op.name() != name {
            return;
        }
        self.seen = true;
        let edit = |this: &str, wgsl: &str| -> String {
            if this != kernel {
                return wgsl.to_string();
            }
            assert!(wgsl.contains(from), "`{from}` is not in\n{wgsl}");
            wgsl.replacen(from, to, 1)
        };
        let mut shapes = shapes(op, &[17, 67]).into_iter();
        self.parted = shapes.find_map(|dims| Run::new(self.numbers, &edit).op(op, &dims).err());
    }
}

fn caught<N: Numbers>(numbers: &N, fault: &Fault) {
    let mut mutate = Mutate {
        numbers,
        fault,
        parted: None,
        seen: false,
    };
    ops::visit(&mut mutate).unwrap();
    assert!(mutate.seen, "no op has the name of {fault:?}");
    let Some(parting) = mutate.parted else {
        panic!("in {} nothing told {fault:?}", numbers.name());
    };
    let told = match &parting.unlike {
        Unlike::Difference(_) => Some(Differs),
        // A text that is no module shows nothing.
        Unlike::Text(error) if !error.contains("error:") => Some(Stops),
        Unlike::Text(_) | Unlike::Tree(_) => None,
    };
    let (_, kernel, .., expected) = *fault;
    assert_eq!(
        (parting.kernel.as_str(), told),
        (kernel, Some(expected)),
        "in {} {fault:?} was told by {parting:?}",
        numbers.name()
    );
}

#[test]
#[ignore = "the pieces of text are to be brought up to date with the catalogue"]
fn wrong_texts_are_told_in_binary32() {
    FAULTS.iter().for_each(|fault| caught(&F32, fault));
}

#[test]
#[ignore = "the pieces of text are to be brought up to date with the catalogue"]
fn wrong_texts_are_told_in_the_field() {
    let demands = Demands::default();
    let field = Exact::new(demands, Range::Reals, &mut Rng::new(1));
    FAULTS.iter().for_each(|fault| caught(&field, fault));
}
