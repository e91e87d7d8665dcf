//! Verified backward kernels: specs, number domains for checking, verification, composition and the op catalogue.
#![forbid(unsafe_code)]

mod real;
mod tensor;

mod compose;
mod context;
mod dims;
mod op;
mod signature;

mod branches;
mod dual;
mod tracked;

mod certificate;
pub mod check;
mod compare;
mod sample;
mod spec;
#[cfg(test)]
mod test_ops;

pub use branches::Branches;
pub use certificate::{Certificate, Finding, Verdict};
pub use compare::{Agreement, Deviation, Disagreement, Tolerance, compare};
pub use compose::Compose;
pub use context::Context;
pub use dims::Dims;
pub use dual::{Dual, DualValue};
pub use op::{DiffOp, OpError, Ports, checked_signature};
pub use real::{Num, Operand, Real};
pub use sample::{Rng, Sample, Sampling};
pub use signature::{Port, Role, Signature, SignatureError};
pub use spec::{Forward, Spec, SpecError, exact};
pub use tensor::{ShapeError, Tensor};
pub use tracked::{Bounded, Tracked, UNIT_F64};
