//! The model: a graph of ops, and which of its inputs are learnt.

use examples::confusion::Confusion;
use examples::digits::{CLASSES, Digits, PIXELS};
use hesper_ad::model::{Init, Model, ModelError};
use hesper_ad::ops::{BiasAdd, MatMul, Relu};
use hesper_ad::prelude::*;

/// The parameters and how they start.
pub(crate) const PARAMETERS: [(&str, Init); 4] = [
    ("w1", Init::He),
    ("b1", Init::Zeros),
    ("w2", Init::He),
    ("b2", Init::Zeros),
];

/// `loss(relu(x·w1 + b1)·w2 + b2)`, one number for each image, which is a row of `x`.
///
/// The op of the loss has one differentiable input, the logits, and one output.
pub(crate) fn mlp<L>(loss: L) -> Result<Composite<5, 1>, OpError>
where
    L: 'static
        + DiffOp<Inputs<&'static str> = [&'static str; 1], Outputs<&'static str> = [&'static str; 1]>,
{
    let inputs: [(&str, &[&str]); 5] = [
        ("x", &["rows", "pixels"]),
        ("w1", &["pixels", "hidden"]),
        ("b1", &["hidden"]),
        ("w2", &["hidden", "classes"]),
        ("b2", &["classes"]),
    ];
    Graph::new("MLP", inputs)
        .node(MatMul, ["x", "w1"], ["product1"])
        .node(BiasAdd, ["product1", "b1"], ["sum1"])
        .node(Relu, ["sum1"], ["h"])
        .node(MatMul, ["h", "w2"], ["product2"])
        .node(BiasAdd, ["product2", "b2"], ["logits"])
        .node(loss, ["logits"], ["loss"])
        .finish(["loss"])
}

/// The sizes of the parameters.
pub(crate) fn sizes(hidden: usize) -> Dims {
    Dims::new([("pixels", PIXELS), ("hidden", hidden), ("classes", CLASSES)])
}

/// Images and their labels on the device.
pub(crate) fn inputs(
    workspace: &Workspace,
    pixels: &[f32],
    labels: &[u32],
) -> Result<Inputs, RunError> {
    let rows = labels.len();
    Ok(Inputs::new()
        .tensor("x", &workspace.tensor([rows, PIXELS], pixels)?)
        .integers("labels", &workspace.tensor([rows], labels)?))
}

/// Which of the images' digits the model takes for which; `None` where a logit is not finite.
pub(crate) fn confusion(
    workspace: &Workspace,
    model: &Model<'_>,
    images: &Digits,
) -> Result<Option<Confusion>, ModelError> {
    let inputs = inputs(workspace, &images.pixels, &images.labels)?;
    let [logits] = model.infer(&inputs, ["logits"])?;
    let logits = logits.read()?;
    let finite = logits.iter().all(|x| x.is_finite());
    Ok(finite.then(|| Confusion::new(&images.labels, &logits)))
}
