//! The model: a graph of ops, its parameters on the device, and a gradient step.

use crate::parameters::{Parameter, Step};
use crate::passes::Passes;
use crate::stop::Stop;
use examples::confusion::Confusion;
use examples::digits::{CLASSES, Digits, PIXELS};
use hesper_ad::Rng;
use hesper_ad::ops::{BiasAdd, MatMul, Relu};
use hesper_ad::prelude::*;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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

/// An [`mlp`] on the device.
pub(crate) struct Model<'a> {
    device: &'a Device,
    graph: &'a dyn Op,
    /// All but the number of rows.
    dims: Dims,
    /// Every input of the graph but the images.
    parameters: Vec<Parameter>,
    /// By how many images they take at a time.
    passes: BTreeMap<usize, Passes>,
}

impl<'a> Model<'a> {
    /// A model of so many hidden units whose parameters follow from `rng`.
    pub(crate) fn new(
        device: &'a Device,
        graph: &'a dyn Op,
        hidden: usize,
        rng: &mut Rng,
    ) -> Result<Model<'a>, Stop> {
        let dims = Dims::new([("pixels", PIXELS), ("hidden", hidden), ("classes", CLASSES)]);
        let signature = graph.signature();
        let parameters = signature.inputs().filter(|port| port.name != "x");
        let parameters = parameters.map(|port| Parameter::new(device, port, &dims, rng));
        Ok(Model {
            device,
            graph,
            parameters: parameters.collect::<Result<_, _>>()?,
            dims,
            passes: BTreeMap::new(),
        })
    }

    /// Which of the images' digits the model takes for which; `None` where a logit is not finite.
    pub(crate) fn confusion(&mut self, images: &Digits) -> Result<Option<Confusion>, Stop> {
        let device = self.device;
        let (passes, parameters) = self.loaded(&images.pixels, &images.labels)?;
        passes.forward(device, parameters)?;
        let logits = passes.logits()?;
        let finite = logits.iter().all(|x| x.is_finite());
        Ok(finite.then(|| Confusion::new(&images.labels, &logits)))
    }

    /// Moves the parameters by a step against the gradient of the images' mean loss; gives their losses before it.
    pub(crate) fn step(
        &mut self,
        pixels: &[f32],
        labels: &[u32],
        step: &Step,
    ) -> Result<Vec<f32>, Stop> {
        let device = self.device;
        let (passes, parameters) = self.loaded(pixels, labels)?;
        passes.forward(device, parameters)?;
        passes.backward(device, parameters)?;
        for parameter in parameters {
            parameter.step(device, step)?;
        }
        Ok(passes.losses()?)
    }

    /// The passes for as many images, holding these, and the parameters.
    fn loaded(
        &mut self,
        pixels: &[f32],
        labels: &[u32],
    ) -> Result<(&mut Passes, &mut [Parameter]), Stop> {
        let passes = match self.passes.entry(labels.len()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.dims.set("rows", labels.len());
                let passes = Passes::new(self.device, self.graph, &self.dims, &self.parameters)?;
                new.insert(passes)
            }
        };
        passes.load(pixels, labels)?;
        Ok((passes, &mut self.parameters))
    }
}
