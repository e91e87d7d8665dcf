//! What the examples share.
#![forbid(unsafe_code)]

pub mod chart;
pub mod cli;
pub mod confusion;
pub mod digits;
pub mod picture;
