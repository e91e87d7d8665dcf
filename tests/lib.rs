//! Helpers that the test suite shares.
