//! Helpers that the test suite shares.

pub mod tools;
