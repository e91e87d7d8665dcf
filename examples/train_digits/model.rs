//! The models: graphs of ops, and which of their inputs are learnt.

use examples::confusion::Confusion;
use examples::digits::{CLASSES, Digits, PIXELS};
use examples::stop::Stop;
use hesper_ad::model::{Init, Model, ModelError};
use hesper_ad::ops::{BiasAdd, Conv2d, Flatten, MaxPool2d, Relu, Window};
use hesper_ad::prelude::*;

/// Pixels of an image's side.
const SIDE: usize = 8;

/// A model: its graph, what it learns and how large that is.
pub(crate) struct Net {
    pub(crate) name: String,
    pub(crate) graph: Box<dyn Op>,
    /// The parameters and how they start.
    pub(crate) parameters: &'static [(&'static str, Init)],
    pub(crate) sizes: Dims,
    /// The shape of one image.
    pub(crate) image: &'static [usize],
}

/// What is one differentiable input, the logits, and one output, the losses of their rows.
pub(crate) trait Loss:
    'static
    + DiffOp<Inputs<&'static str> = [&'static str; 1], Outputs<&'static str> = [&'static str; 1]>
{
}

impl<L> Loss for L where
    L: 'static
        + DiffOp<Inputs<&'static str> = [&'static str; 1], Outputs<&'static str> = [&'static str; 1]>
{
}

/// A product of two differentiable inputs, the second of which is learnt: `MatMul`, or `MatMulF16`, which keeps that in halves.
pub(crate) trait Product:
    'static
    + Copy
    + DiffOp<Inputs<&'static str> = [&'static str; 2], Outputs<&'static str> = [&'static str; 1]>
{
}

impl<P> Product for P where
    P: 'static
        + Copy
        + DiffOp<Inputs<&'static str> = [&'static str; 2], Outputs<&'static str> = [&'static str; 1]>
{
}

/// `loss(relu(x·w1 + b1)·w2 + b2)`, one number for each image, which is a row of `x`.
pub(crate) fn mlp(loss: impl Loss, product: impl Product, hidden: usize) -> Result<Net, Stop> {
    let inputs: [(&str, &[&str]); 5] = [
        ("x", &["rows", "pixels"]),
        ("w1", &["pixels", "hidden"]),
        ("b1", &["hidden"]),
        ("w2", &["hidden", "classes"]),
        ("b2", &["classes"]),
    ];
    let graph = Graph::new("MLP", inputs)
        .node(product, ["x", "w1"], ["product1"])
        .node(BiasAdd, ["product1", "b1"], ["sum1"])
        .node(Relu, ["sum1"], ["h"])
        .node(product, ["h", "w2"], ["product2"])
        .node(BiasAdd, ["product2", "b2"], ["logits"])
        .node(loss, ["logits"], ["loss"])
        .finish(["loss"])?;
    Ok(Net {
        name: format!("MLP {PIXELS}–{hidden}–{CLASSES}"),
        graph: Box::new(graph),
        parameters: &[
            ("w1", Init::He),
            ("b1", Init::Zeros),
            ("w2", Init::He),
            ("b2", Init::Zeros),
        ],
        sizes: Dims::new([("pixels", PIXELS), ("hidden", hidden), ("classes", CLASSES)]),
        image: &[PIXELS],
    })
}

/// A convolution with filters of 3×3, the greatest of each 2×2 of its places, and a dense layer of those; one number for each image.
pub(crate) fn convolutional(
    loss: impl Loss,
    product: impl Product,
    maps: usize,
) -> Result<Net, Stop> {
    let inputs: [(&str, &[&str]); 5] = [
        ("x", &["rows", "channels", "side", "side"]),
        ("f", &["maps", "9*channels"]),
        ("b1", &["maps"]),
        ("w", &["((side-2-2)/2+1)*((side-2-2)/2+1)*maps", "classes"]),
        ("b2", &["classes"]),
    ];
    let three = Window {
        kernel: 3,
        stride: 1,
        padding: 0,
        dilation: 1,
    };
    let convolution = Conv2d {
        rows: three,
        cols: three,
        groups: 1,
    };
    let pool = MaxPool2d {
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
    };
    let graph = Graph::new("ConvNet", inputs)
        .node(convolution, ["x", "f", "b1"], ["sum1"])
        .node(Relu, ["sum1"], ["h"])
        .node(pool, ["h"], ["pooled"])
        .node(Flatten, ["pooled"], ["row"])
        .node(product, ["row", "w"], ["product"])
        .node(BiasAdd, ["product", "b2"], ["logits"])
        .node(loss, ["logits"], ["loss"])
        .finish(["loss"])?;
    Ok(Net {
        name: format!("convolution {SIDE}×{SIDE} to {maps} maps, {CLASSES} classes"),
        graph: Box::new(graph),
        parameters: &[
            ("f", Init::HeFilters),
            ("b1", Init::Zeros),
            ("w", Init::He),
            ("b2", Init::Zeros),
        ],
        sizes: Dims::new([
            ("channels", 1),
            ("side", SIDE),
            ("maps", maps),
            ("classes", CLASSES),
        ]),
        image: &[1, SIDE, SIDE],
    })
}

impl Net {
    /// Images and their labels on the device.
    pub(crate) fn inputs(
        &self,
        workspace: &Workspace,
        pixels: &[f32],
        labels: &[u32],
    ) -> Result<Inputs, RunError> {
        let rows = labels.len();
        let shape: Vec<usize> = [rows].iter().chain(self.image).copied().collect();
        Ok(Inputs::new()
            .tensor("x", &workspace.tensor(shape, pixels)?)
            .integers("labels", &workspace.tensor([rows], labels)?))
    }

    /// Which of the images' digits the model takes for which; `None` where a logit is not finite.
    pub(crate) fn confusion(
        &self,
        workspace: &Workspace,
        model: &Model<'_>,
        images: &Digits,
    ) -> Result<Option<Confusion>, ModelError> {
        let inputs = self.inputs(workspace, &images.pixels, &images.labels)?;
        let [logits] = model.infer(&inputs, ["logits"])?;
        let logits = logits.read()?;
        let finite = logits.iter().all(|x| x.is_finite());
        Ok(finite.then(|| Confusion::new(&images.labels, &logits)))
    }
}
