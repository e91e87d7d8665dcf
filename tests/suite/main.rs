//! The workspace's tests that need more than one part of it.

mod catalogue;
mod conformance;
mod faults;
mod hygiene;
mod invariants;
mod locations;
mod lower;
mod ui;
