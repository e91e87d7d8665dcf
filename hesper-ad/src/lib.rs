//! Verified backward kernels.
//!
//! An op is a [`DiffOp`]: a [`Signature`] of named ports, a spec (`forward`, and `backward`, its VJP) written against
//! [`Real`] numbers over small [`Tensor`]s, and a plan of kernels. The spec defines correctness; [`DiffOp::verify`] checks
//! that `backward` really is the VJP of `forward`, and that the kernels really compute the spec, and returns a
//! [`Certificate`].
//!
//! In reading order:
//! - **what an op author writes**: [`Real`], [`Tensor`], [`Signature`], [`Context`], [`DiffOp`], [`OpPlan`], [`Sampling`],
//!   several ops as one are a [`Graph`], two in a row what [`compose`] makes;
//! - **running**: a [`Runner`](run::Runner) runs an op on one's own data, see [`run`], and a [`Model`](model::Model) trains a graph, see [`model`];
//! - **number domains for checking**: the exact [`field`], [`Dual`] numbers, [`Tracked`] rounding errors, what WGSL's [`accuracy`] allows, [`Branches`] taken;
//! - **checking**: [`Spec`] records an op's spec and runs it in a domain, [`compare`](compare()) compares, [`check`] holds the checks,
//!   [`DiffOp::verify`] runs them, and
//!   [`assert_verified!`] does so in a test.
//!
//! The [`prelude`] has what an op author needs.
#![forbid(unsafe_code)]

mod tensor;

mod compose;
mod context;
mod dims;
mod error;
mod graph;
mod op;
mod op_plan;
mod options;
mod signature;

pub mod accuracy;
mod bound;
mod branches;
mod dual;
pub mod field;
mod tracked;

mod certificate;
pub mod check;
mod compare;
pub mod model;
pub mod mutate;
pub mod ops;
pub mod prelude;
mod progress;
#[doc(hidden)]
pub mod proofs;
mod report;
pub mod run;
mod sample;
mod spec;
mod taken;
mod tape;
#[cfg(test)]
mod test_ops;
mod verify;

pub use branches::Branches;
pub use certificate::{Certificate, Exactness, Finding, Verdict};
pub use compare::{Agreement, Deviation, Disagreement, Tolerance, compare};
pub use compose::compose;
pub use context::Context;
pub use dims::Dims;
pub use dual::{Dual, DualValue};
pub use error::{GraphError, OpError};
pub use graph::{Composite, Graph, accumulate};
pub use op::{DiffOp, Op, Ports, checked_signature};
pub use op_plan::{OpPlan, OpStep, Plans};
pub use options::{Options, Target};
pub use progress::Progress;
pub use report::{Certificates, fitted};
pub use sample::{Point, Rng, Sample, Sampling};
pub use signature::{Port, PortRole, Signature, SignatureError};
pub use spec::{Forward, Spec, SpecError, exact};
pub use tape::{Mask, Operand, Real};
pub use tensor::{ShapeError, Tensor};
pub use tracked::{Bounded, NORMAL_F32, Tracked, UNIT_F32, UNIT_F64};
pub use verify::require_verified;

/// Turns Rust-like kernel code into [`Kernel`](hesper_shader::Kernel)s: [`hesper_shader::shader!`], for crates that depend on this one alone.
#[macro_export]
macro_rules! shader {
    ($($tokens:tt)*) => { $crate::hesper_shader::shader! { $($tokens)* } };
}

#[doc(hidden)]
pub use hesper_shader;
pub use hesper_shader::UniformValue;

/// The examples of the README are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
