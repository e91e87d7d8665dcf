//! The workspace's tests that need more than one part of it.

mod conformance;
