//! Random kernels, checked by everybody who understands them.
//!
//! A [`Case`] is made from a sequence of [`Choices`]: a well-typed kernel and its arguments, with neither races nor indices out of
//! bounds. [`check`] has the verifier, the lowering, naga's parser and Tint accept it, runs it on the reference executor and on a
//! device, and compares. A case that fails is made smaller by [`shrink`]ing its choices.
//!
//! ```text
//! choices       numbers drawn one by one              shrink      fewer and smaller ones
//! sorts         which reals are exact                 writer      a function in the making, and which of its values may have wrapped
//! generate      what has been decided so far          declare     parameters, workgroup variables, locals
//! functions     helpers and the body                  statements  branches, loops, calls
//! phases        workgroup memory                      atomics     subgroups
//! expressions   of any type                           integers    reals    memory
//! digest        all that locals hold                  known       what is left out because drivers are wrong
//! inputs        buffers and scalars                   lanes       how large a device's subgroups are
//! reference     runs on the reference executor        device      runs on a device
//! interval      what WGSL allows                      enclosure   a domain of it
//! compare       results                               check       all of it
//! search        many cases, the smallest that fails
//! ```

mod atomics;
mod bits;
mod check;
mod choices;
mod compare;
mod declare;
mod device;
mod digest;
mod enclosure;
mod expressions;
mod functions;
mod generate;
mod inputs;
mod integers;
mod interval;
pub mod known;
mod lanes;
mod memory;
mod phases;
mod reals;
mod reference;
mod search;
mod shrink;
mod sorts;
mod statements;
mod structures;
mod subgroups;
mod writer;

pub use check::{Executor, Failure, Judges, SUBGROUP_SIZE, Stage, check};
pub use choices::Choices;
pub use compare::{Difference, Tally, compare};
pub use device::on_device;
pub use enclosure::Enclosure;
pub use generate::{Case, generate};
pub use inputs::{Input, Inputs};
pub use interval::Interval;
pub use lanes::subgroup_size;
pub use reference::on_reference;
pub use search::{Finding, Search, Summary};
pub use shrink::shrink;
