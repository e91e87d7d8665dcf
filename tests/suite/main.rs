//! The tests that run through the public interface, in one binary.

mod locations;
mod ui;
