//! The workspace's tests that need more than one part of it.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod catalogue;
mod conformance;
mod corpus;
mod differential;
mod faults;
mod golden;
mod hygiene;
mod invariants;
mod layering;
mod locations;
mod lower;
mod mutation;
mod ops_page;
mod proofs;
mod sanitizer;
mod transformer;
mod translation;
mod ui;
mod witness;
