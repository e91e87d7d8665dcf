//! What the examples share.
#![forbid(unsafe_code)]

pub mod chart;
pub mod checkpoint;
pub mod cli;
pub mod confusion;
pub mod digits;
#[path = "../kernels/mod.rs"]
pub mod kernels;
pub mod lm;
pub mod picture;
pub mod stop;
