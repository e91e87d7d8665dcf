//! The workspace's tests that need more than one part of it.

mod conformance;
mod faults;
mod hygiene;
mod locations;
mod lower;
mod ui;
