//! Translation validation: the WGSL of a kernel means what its tree means.
//!
//! The text is read back by naga's parser, and the module that comes out of it is run by an executor of its own, over the same numbers
//! as the tree by the reference executor: equal bits in binary32, equal elements in the exact field. So a fault in lowering, or in the
//! writing of WGSL, cannot hide behind a tree that is right.

mod both;
mod cases;
mod catalogue;
mod executor;
mod faults;
