//! Kernels that between them use every kind of expression and statement.

mod constants;
mod control;
mod effects;
pub(crate) mod kernels;
mod structures;
mod values;

use hesper_shader::tree::Tree;

/// A name and what builds the kernel.
pub(crate) type Case = (&'static str, fn() -> Tree);

/// Every case.
pub(crate) const CASES: &[Case] = &[
    ("arithmetic", values::arithmetic),
    ("atomics", effects::atomics),
    ("bool_vectors", values::bool_vectors),
    ("builtins", values::builtins),
    ("constants_at_run_time", constants::constants_at_run_time),
    ("conversions", values::conversions),
    ("deep_chain", values::deep_chain),
    ("early_return", control::early_return),
    ("edges", constants::edges),
    ("empty", control::empty),
    ("extreme_literals", constants::extreme_literals),
    ("helpers", control::helpers),
    ("local_arrays", effects::local_arrays),
    ("logs", effects::logs),
    ("loops", control::loops),
    ("math", values::math),
    ("matmul", kernels::matmul),
    ("names", control::names),
    ("nesting", control::nesting),
    ("reduction", kernels::reduction),
    ("recorded", kernels::recorded),
    ("relu", kernels::relu),
    ("shifts_and_divisions", constants::shifts_and_divisions),
    ("structures", structures::structures_in_buffers),
    ("subgroups", effects::subgroups),
    ("tails", structures::structures_with_tails),
    ("uniform_loads", effects::uniform_loads),
    ("uniforms", values::uniforms),
    ("vectors", values::vectors),
    ("wrapping", effects::wrapping),
];
