//! A character-level transformer: the model, and the text it learns.

mod text;
mod transformer;

pub use text::{Text, bigram};
pub use transformer::{BLOCKS, HEADS, INPUTS, Shape, inputs, parameters, transformer};
