//! The tests that run through the public interface, in one binary.

mod hygiene;
mod locations;
mod ui;
