//! What can be wrong with a plan or a run of it.

use super::{Error, KernelError, LaunchError};

/// A plan that cannot be recorded, or a run that failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Two slots of one name.
    #[error("slot `{slot}` exists already")]
    SlotTwice {
        /// The slot.
        slot: String,
    },
    /// A slot of `bool`.
    #[error("slot `{slot}` cannot hold `bool`; use `u32` with 0 and 1")]
    TruthValues {
        /// The slot.
        slot: String,
    },
    /// More elements than kernels can index.
    #[error(
        "slot `{slot}` of {len} elements is more than kernels can index, which is {}",
        u32::MAX
    )]
    TooManyElements {
        /// The slot.
        slot: String,
        /// Number of elements.
        len: usize,
    },
    /// One dispatch, when it was recorded or when it ran.
    #[error("step {step}, kernel `{kernel}`: {problem}")]
    Step {
        /// Its position, from 1.
        step: usize,
        /// The kernel.
        kernel: String,
        /// What is wrong.
        problem: Box<StepProblem>,
    },
    /// The whole submission failed.
    #[error("the plan could not run: {0}")]
    Run(Box<Error>),
    /// A run without the contents of a slot.
    #[error("nothing was given for {slot}")]
    NothingGiven {
        /// The slot with its role and type.
        slot: String,
    },
    /// A run given something the plan does not ask for.
    #[error("the plan has no slot or scalar `{name}` to give at a run")]
    NotAsked {
        /// The name.
        name: String,
    },
    /// A run given two things of one name.
    #[error("`{name}` was given twice")]
    GivenTwice {
        /// The name.
        name: String,
    },
    /// Contents of another type or length, or a buffer to read where it is written.
    #[error("{slot} was given {given}")]
    GivenMismatch {
        /// The slot with its role and type, or the scalar with its type.
        slot: String,
        /// What was given.
        given: String,
    },
    /// A bound on a slot that is not there, or holds no whole numbers.
    #[error("there is no slot `{slot}` of whole numbers to be bounded")]
    NotWhole {
        /// The slot.
        slot: String,
    },
    /// A result asked for that no step yields.
    #[error("no step of the plan writes a slot `{slot}`")]
    NotWritten {
        /// The slot.
        slot: String,
    },
    /// A value that is no constant.
    #[error("the value {problem}")]
    NoConstant {
        /// What is wrong with it.
        problem: String,
    },
    /// A run given a whole number beyond the slot's bound.
    #[error("`{slot}[{index}]` is {value}, and must be below `{name}`, which is {bound}")]
    NotBelow {
        /// The slot.
        slot: String,
        /// The element.
        index: usize,
        /// The number.
        value: i64,
        /// What it must be below.
        bound: u32,
        /// What the bound is called.
        name: String,
    },
    /// A buffer of another device.
    #[error(
        "the plan runs on {device}, and the buffer for slot `{slot}` is on {other}, opened separately"
    )]
    OtherDevice {
        /// The slot.
        slot: String,
        /// The device of the run.
        device: String,
        /// The buffer's device.
        other: String,
    },
}

/// What is wrong with one dispatch of a plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepProblem {
    /// The kernel itself is wrong.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// No device can dispatch the grid.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A name that is no parameter's.
    #[error("there is no parameter `{param}`")]
    UnknownParam {
        /// The name.
        param: String,
    },
    /// A buffer of structures or arrays.
    #[error(
        "`{param}` is a buffer of `{shape}`, and slots hold scalars and vectors; give each field a buffer of its own, or launch the kernel without a plan"
    )]
    Structured {
        /// The parameter.
        param: String,
        /// What an element is.
        shape: String,
    },
    /// A parameter without binding.
    #[error("`{param}` is bound to nothing")]
    Unbound {
        /// The parameter.
        param: String,
    },
    /// A parameter with two bindings.
    #[error("`{param}` is bound twice")]
    BoundTwice {
        /// The parameter.
        param: String,
    },
    /// A name that is no slot's.
    #[error("`{param}` is bound to `{slot}`, and the plan has no such slot")]
    UnknownSlot {
        /// The parameter.
        param: String,
        /// The name.
        slot: String,
    },
    /// A binding of another type.
    #[error("`{param}` is `{expected}`, and is bound to {given}")]
    Mismatch {
        /// The parameter.
        param: String,
        /// Its type.
        expected: String,
        /// What it is bound to.
        given: String,
    },
    /// An input that the kernel may write.
    #[error(
        "`{param}` is written, and is bound to the input `{slot}`; make the slot in-out, or copy it"
    )]
    WritesInput {
        /// The parameter.
        param: String,
        /// The slot.
        slot: String,
    },
    /// One slot under two names, one of them written.
    #[error("slot `{slot}` is bound to both `{first}` and `{second}`, and one of them is written")]
    Aliased {
        /// The slot.
        slot: String,
        /// The parameter declared first.
        first: String,
        /// The parameter declared later.
        second: String,
    },
    /// The dispatch failed.
    #[error("{0}")]
    Run(Box<Error>),
}
