//! Models: a graph of ops with parameters that an optimiser moves.
//!
//! A [`Model`] is a graph, which of its inputs are parameters, and an optimiser, which is an op like any other. Nothing trains before it is
//! [checked](Checks::require): the ops of the graph, the graph itself, the optimiser; each once, as long as it stays as it is. Parameters and what
//! their optimisers keep of them are [saved](Model::save) as safetensors, and training goes on from there as if it had never stopped.
//!
//! ```
//! use hesper_ad::model::{Checks, Init, Model, Trusted};
//! use hesper_ad::ops::{MatMul, Mse, Sgd};
//! use hesper_ad::prelude::*;
//! use hesper_ad::Rng;
//!
//! // loss = mean of (x·w − target)², as the op `Mse` has it
//! let graph = Graph::new("Line", [("x", &["rows", "n"]), ("w", &["n", "one"]), ("target", &["rows", "one"])])
//!     .node(MatMul, ["x", "w"], ["y"])
//!     .node(Mse, ["y", "target"], ["loss"])
//!     .finish(["loss"])?;
//!
//! let workspace = Workspace::new(&Device::reference());
//! // `Checks::on(workspace.device()).require(&graph, &Sgd)?` verifies all of it first, which takes a while.
//! let trusted = Trusted::unchecked(&graph, &Sgd);
//! let sizes = Dims::new([("n", 1), ("one", 1)]);
//! let mut model = Model::new(&workspace, trusted, &[("w", Init::Zeros)], &sizes, &mut Rng::new(1))?;
//!
//! let x = workspace.tensor([2, 1], &[1.0, 2.0])?;
//! let target = workspace.tensor([2, 1], &[3.0, 6.0])?;
//! let batch = Inputs::new().tensor("x", &x).tensor("target", &target);
//! for _ in 0..50 {
//!     let gradients = model.loss_and_gradients(&batch)?;
//!     model.step(&gradients, &[("lr", 0.1), ("momentum", 0.0), ("rest", 1.0), ("decay", 0.0)])?;
//! }
//! let w = model.parameter("w")?.read()?;
//! assert!((w[0] - 3.0).abs() < 1e-3, "{w:?}");
//!
//! // Without gradients, and without a target.
//! let [y] = model.infer(&Inputs::new().tensor("x", &x), ["y"])?;
//! assert_eq!(y.shape(), [2, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
mod checks;
mod clip;
mod error;
mod files;
mod identity;
mod init;
mod optimiser;
#[cfg(test)]
mod own_tests;
mod parameter;
mod schedule;
#[cfg(test)]
mod tests;
mod training;

pub use checks::{Checks, Passed, Trusted};
pub use clip::Clip;
pub use error::ModelError;
pub use init::Init;
pub use schedule::Schedule;
pub use training::{Gradients, Model};
