//! The `shader!` macro: Rust-like kernel code in, calls to `hesper_shader`'s typed recorder out.
#![forbid(unsafe_code)]
