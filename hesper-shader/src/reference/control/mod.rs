//! Statements in order: which lanes do what next, through branches, loops and calls.

mod calls;
pub(super) mod loops;
pub(super) mod splits;
pub(super) mod statements;
