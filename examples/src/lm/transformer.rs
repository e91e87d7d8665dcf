//! The graph of a small transformer, which predicts the next of each sequence's tokens.

use hesper_ad::model::Init;
use hesper_ad::ops::{
    Add, FusedAttention, GeluTanh, MatMul, MergeHeads, RmsNorm, Rope, SoftmaxCrossEntropy,
    SplitHeads, TokenEmbedding,
};
use hesper_ad::prelude::*;

/// Blocks of attention and a hidden layer.
pub const BLOCKS: usize = 1;

/// Heads of each attention.
pub const HEADS: usize = 4;

/// What a block learns: two gains of norms, and six matrices.
const BLOCK: [(&str, &[&str]); 8] = [
    ("norm_a", &["width"]),
    ("q", &["width", "8*half"]),
    ("k", &["width", "8*half"]),
    ("v", &["width", "8*half"]),
    ("o", &["8*half", "width"]),
    ("norm_h", &["width"]),
    ("up", &["width", "hidden"]),
    ("down", &["hidden", "width"]),
];

/// How many inputs the graph has, all of them parameters: those of the blocks, the table, the last gain and the matrix to logits.
pub const INPUTS: usize = BLOCK.len() * BLOCKS + 3;

/// The sizes of a model.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Different tokens.
    pub vocab: usize,
    /// Numbers of a token on its way.
    pub width: usize,
    /// Hidden units of a block.
    pub hidden: usize,
    /// Tokens of a sequence.
    pub rows: usize,
}

impl Shape {
    /// Half the numbers of a head.
    fn half(&self) -> usize {
        self.width / HEADS / 2
    }

    /// The sizes that the parameters follow from.
    pub fn sizes(&self) -> Dims {
        let Shape {
            vocab,
            width,
            hidden,
            ..
        } = *self;
        let half = self.half();
        Dims::new([
            ("vocab", vocab),
            ("width", width),
            ("hidden", hidden),
            ("half", half),
        ])
    }
}

/// The parameter of a block.
fn of_block(name: &str, block: usize) -> String {
    format!("{name}{block}")
}

/// The parameters with their dimensions.
fn learnt() -> Vec<(String, &'static [&'static str])> {
    let blocks =
        (0..BLOCKS).flat_map(|block| BLOCK.map(|(name, dims)| (of_block(name, block), dims)));
    let table = [("table".to_string(), &["vocab", "width"][..])];
    let last = [
        ("norm".to_string(), &["width"][..]),
        ("logits_of".to_string(), &["width", "vocab"][..]),
    ];
    table.into_iter().chain(blocks).chain(last).collect()
}

/// How the parameters start: gains at 1; matrices so that a token keeps its size on its way, those that add to it smaller, and logits near 0.
pub fn parameters(shape: &Shape) -> Vec<(String, Init)> {
    let even = |inputs: usize| (3.0 / inputs as f32).sqrt();
    let init = |name: &str| match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "table" => Init::Uniform(0.2),
        "logits_of" => Init::Uniform(0.2 * even(shape.width)),
        "o" => Init::Uniform(0.5 * even(shape.width)),
        "down" => Init::Uniform(0.5 * even(shape.hidden)),
        name if name.starts_with("norm") => Init::Ones,
        _ => Init::Uniform(even(shape.width)),
    };
    let names = learnt().into_iter().map(|(name, _)| name);
    names.map(|name| (name.clone(), init(&name))).collect()
}

/// The loss of each token of `ids[batch, rows]` whose successor is in `labels[batch, rows]`: embedded; through blocks that add to it what causal attention
/// with rotated queries and keys finds, and what a hidden layer makes of it; normed, and weighed for each token that there is.
///
/// # Errors
/// None, unless the ops do not fit together.
pub fn transformer() -> Result<Composite<INPUTS, 1>, OpError> {
    let learnt = learnt();
    let mut inputs: [(&str, &[&str]); INPUTS] = [("", &[]); INPUTS];
    for (input, (name, dims)) in inputs.iter_mut().zip(&learnt) {
        *input = (name, dims);
    }
    let mut graph = Graph::new("Transformer", inputs).node(TokenEmbedding, ["table"], ["x0"]);
    for block in 0..BLOCKS {
        graph = add_block(graph, block)?;
    }
    // Weights of a model that learns: of greater ones attention looks at one token alone.
    let sampling = learnt
        .iter()
        .fold(Sampling::default(), |sampling, (name, _)| {
            sampling.uniform(name, -0.7, 0.7)
        });
    graph
        .sampling(sampling)
        .node(RmsNorm, [&of_block("x", BLOCKS), "norm"], ["normed"])
        .node(MatMul, ["normed", "logits_of"], ["logits"])
        .node(SoftmaxCrossEntropy, ["logits"], ["loss"])
        .finish(["loss"])
}

/// `a = x + attention(norm(x))`, and `a + hidden(norm(a))` as the next block's `x`.
fn add_block(graph: Graph<INPUTS>, block: usize) -> Result<Graph<INPUTS>, OpError> {
    let split = SplitHeads { heads: HEADS };
    let names = |name: &str| of_block(name, block);
    let [x, next] = [names("x"), of_block("x", block + 1)];
    let n = |name: &'static str| names(name);
    Ok(graph
        .node(RmsNorm, [&x, &n("norm_a")], [&n("normed_a")])
        .node(MatMul, [&n("normed_a"), &n("q")], [&n("queries")])
        .node(MatMul, [&n("normed_a"), &n("k")], [&n("keys")])
        .node(MatMul, [&n("normed_a"), &n("v")], [&n("values")])
        .node(split, [&n("queries")], [&n("heads_q")])
        .node(split, [&n("keys")], [&n("heads_k")])
        .node(split, [&n("values")], [&n("heads_v")])
        .node(Rope::HALVES, [&n("heads_q")], [&n("turned_q")])
        .node(Rope::HALVES, [&n("heads_k")], [&n("turned_k")])
        .node(
            FusedAttention::new()?,
            [&n("turned_q"), &n("turned_k"), &n("heads_v")],
            [&n("found")],
        )
        .node(MergeHeads { heads: HEADS }, [&n("found")], [&n("merged")])
        .node(MatMul, [&n("merged"), &n("o")], [&n("attention")])
        .node(Add, [&x, &n("attention")], [&n("a")])
        .node(RmsNorm, [&n("a"), &n("norm_h")], [&n("normed_h")])
        .node(MatMul, [&n("normed_h"), &n("up")], [&n("raised")])
        .node(GeluTanh, [&n("raised")], [&n("bent")])
        .node(MatMul, [&n("bent"), &n("down")], [&n("lowered")])
        .node(Add, [&n("a"), &n("lowered")], [&next]))
}

/// What the graph takes besides its parameters: tokens, their successors, and constants. Sequences of fewer rows than the shape's are as good.
///
/// # Errors
/// Where the device has no room.
pub fn inputs(
    workspace: &Workspace,
    signature: &Signature,
    shape: &Shape,
    [ids, labels]: [&[u32]; 2],
) -> Result<Inputs, RunError> {
    let (rows, half) = (shape.rows, shape.half());
    let sequences = [ids.len() / rows.max(1), rows];
    let mut inputs = Inputs::new()
        .integers("ids", &workspace.tensor(sequences, ids)?)
        .integers("labels", &workspace.tensor(sequences, labels)?);
    // Pair j of a row turns by row/10000^(j/half): Su et al. (2021).
    let turn = |at: usize| {
        let (row, j) = ((at / half) as f64, (at % half) as f64);
        row * 10_000.0_f64.powf(-j / half as f64)
    };
    let turns =
        |f: fn(f64) -> f64| -> Vec<f32> { (0..rows * half).map(|at| f(turn(at)) as f32).collect() };
    let cos = workspace.tensor([rows, half], &turns(f64::cos))?;
    let sin = workspace.tensor([rows, half], &turns(f64::sin))?;
    for port in signature.constants() {
        let name = port.name.as_str();
        // Those of several nodes have the node's name before their own.
        inputs = match name.rsplit('.').next() {
            Some("eps") => inputs.number(name, 1e-5),
            Some("s") => inputs.number(name, 1.0 / ((2 * half) as f32).sqrt()),
            Some("cos") => inputs.tensor(name, &cos),
            Some("sin") => inputs.tensor(name, &sin),
            _ => inputs,
        };
    }
    Ok(inputs)
}
