//! A small executor for naga's modules, over any number domain. It knows nothing of kernels' trees nor of their executor.
//!
//! ```text
//! values       scalars, what is made of them, pointers, constants
//! arithmetic   operators, conversions      functions   builtin functions
//! memory       variables of the module     frame       a function being run: where it stands, and its expressions
//! invocation   statements, up to one at which invocations meet               expressions  what they yield
//! subgroups    what those of a subgroup exchange
//! run          a dispatch: workgroups, barriers
//! ```
//!
//! An invocation runs until it ends or meets a barrier, a uniform load or an exchange among a subgroup; when all have come so far, it
//! is done for those who wait there together. Everything out of bounds, unknown or divergent is an error of the run.

mod arithmetic;
mod bits;
mod expressions;
mod frame;
mod functions;
mod invocation;
mod memory;
mod run;
mod subgroups;
#[cfg(test)]
mod tests;
mod values;

pub(super) use memory::Bound;
pub(super) use run::{Dispatch, run};
pub(super) use values::Value;

use naga::Module;
use naga::valid::{Capabilities, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator};

/// A result, or what is wrong with the run.
pub(super) type Outcome<T> = Result<T, String>;

/// A module from WGSL. naga's parser knows subgroups, but not the line that enables them.
pub(super) fn parse(wgsl: &str) -> Outcome<Module> {
    let text = wgsl.replacen("enable subgroups;", "", 1);
    let module = naga::front::wgsl::parse_str(&text).map_err(|e| e.emit_to_string(&text))?;
    let mut validator = Validator::new(
        ValidationFlags::all(),
        Capabilities::SUBGROUP
            | Capabilities::SHADER_FLOAT16_IN_FLOAT32
            | Capabilities::SHADER_FLOAT16,
    );
    validator
        .subgroup_stages(ShaderStages::COMPUTE)
        .subgroup_operations(SubgroupOperationSet::all());
    validator
        .validate(&module)
        .map_err(|e| e.emit_to_string(&text))?;
    Ok(module)
}
