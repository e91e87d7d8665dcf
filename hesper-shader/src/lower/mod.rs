//! From the tree to the GPU's languages, by way of a naga module.
//!
//! [`lower`] builds one module with one entry point, named as the kernel, and has naga validate it. The module goes to a
//! device as it is; [`Lowered`] writes it as WGSL, SPIR-V, MSL, HLSL and GLSL for everything else. Names of parameters,
//! variables and `let`s survive, as far as naga lets them: it appends `_` to names that are reserved words or end in a
//! digit, `_1` to names already taken, and names the results of calls itself.

mod atomics;
mod convert;
mod division;
mod effects;
mod entry;
mod error;
mod expressions;
mod function;
mod globals;
mod layout;
mod math;
mod shapes;
mod spans;
mod statements;
mod together;
mod types;
mod usage;
mod writers;

pub use error::LowerError;
pub use together::lower_together;

use crate::uniforms::Bindings;
use std::fmt;

use naga::valid::{
    Capabilities, ModuleInfo, ShaderStages, SubgroupOperationSet, ValidationFlags, Validator,
};

use crate::tree::verify::Verified;
use crate::tree::{Function, Tree};
use function::{FunctionLowering, Helper, Shared};
use globals::Globals;
use spans::Spans;
use usage::Usage;

/// A kernel, or [several](lower_together), as a validated naga module.
#[derive(Clone)]
pub struct Lowered {
    module: naga::Module,
    info: ModuleInfo,
    /// What it was lowered from, or the first of these.
    tree: Verified,
    /// The others.
    others: Vec<Verified>,
    bindings: Bindings,
}

/// What a target makes of the edges of arithmetic: a division by zero, a remainder of a negative number, a cast of what does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edges {
    /// What WGSL says. naga's writers of SPIR-V, MSL and HLSL see to it.
    Defined,
    /// Anything. naga's writer of GLSL passes them on, so they are spelled out.
    SpelledOut,
}

impl Lowered {
    /// The module: one compute entry point for each kernel, no overrides.
    pub fn module(&self) -> &naga::Module {
        &self.module
    }

    /// Where what the kernel takes is bound; of several the first.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// What naga's validator found out about the module.
    pub fn info(&self) -> &ModuleInfo {
        &self.info
    }

    /// The name of the entry point in the module: the kernel's, or the first one's.
    pub fn entry_point(&self) -> &str {
        &self.tree.name
    }
}

impl fmt::Debug for Lowered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lowered")
            .field("kernel", &self.tree.name)
            .field("loc", &self.tree.loc)
            .finish_non_exhaustive()
    }
}

/// Lowers a kernel.
///
/// # Errors
/// Where a constant is too large for `f32`, workgroup memory has no size, blocks nest too deep, or naga's validator
/// refuses the module; the error names the kernel and the line.
pub fn lower(tree: &Verified) -> Result<Lowered, LowerError> {
    let (module, info) = validated(tree, Edges::Defined)?;
    Ok(Lowered {
        module,
        info,
        tree: tree.clone(),
        others: Vec::new(),
        bindings: Bindings::of(tree),
    })
}

fn validated(tree: &Tree, edges: Edges) -> Result<(naga::Module, ModuleInfo), LowerError> {
    let mut spans = Spans::new(tree.loc);
    let mut module = naga::Module::default();
    append(tree, edges, &mut spans, &mut module)?;
    let info = validate(tree, &module, &spans)?;
    Ok((module, info))
}

/// Adds a kernel to a module. What the module has already, of kernels before, is not added again.
fn append(
    tree: &Tree,
    edges: Edges,
    spans: &mut Spans,
    module: &mut naga::Module,
) -> Result<(), LowerError> {
    let before = module.functions.len();
    let globals = Globals::declare(tree, module, spans)?;
    let mut usages = Vec::with_capacity(tree.functions.len());
    let mut helpers = Vec::with_capacity(tree.functions.len());
    for function in &tree.functions {
        let usage = Usage::of(function, &usages);
        let mut shared = Shared {
            tree,
            edges,
            types: &mut module.types,
            globals: &globals,
            spans,
            helpers: &helpers,
        };
        let lowered = lower_function(&mut shared, function, |f| f.take_builtins(&usage), &usage)?;
        helpers.push(Helper {
            handle: together::known(module, before, &lowered)
                .unwrap_or_else(|| module.functions.append(lowered, spans.of(function.loc))),
            builtins: usage.builtins.iter().copied().collect(),
            has_result: function.result.is_some(),
        });
        usages.push(usage);
    }
    let usage = Usage::of(&tree.entry, &usages);
    let mut shared = Shared {
        tree,
        edges,
        types: &mut module.types,
        globals: &globals,
        spans,
        helpers: &helpers,
    };
    let function = lower_function(
        &mut shared,
        &tree.entry,
        |f| f.bind_builtins(&usage),
        &usage,
    )?;
    module.entry_points.push(naga::EntryPoint {
        name: tree.name.clone(),
        stage: naga::ShaderStage::Compute,
        early_depth_test: None,
        workgroup_size: tree.workgroup_size,
        workgroup_size_overrides: None,
        function,
        mesh_info: None,
        task_payload: None,
        incoming_ray_payload: None,
    });
    Ok(())
}

fn lower_function<'t>(
    shared: &mut Shared<'t>,
    source: &'t Function,
    builtins: impl FnOnce(&mut FunctionLowering<'_, 't>),
    usage: &Usage,
) -> Result<naga::Function, LowerError> {
    let mut function = FunctionLowering::new(shared, source)?;
    builtins(&mut function);
    function.define_ambient(usage)?;
    function.statements(&source.body)?;
    function.out.body = std::mem::take(&mut function.block);
    Ok(function.out)
}

fn validate(tree: &Tree, module: &naga::Module, spans: &Spans) -> Result<ModuleInfo, LowerError> {
    let error = |loc, message| LowerError::Validation {
        kernel: tree.name.clone(),
        loc,
        message,
    };
    let capabilities = Capabilities::SUBGROUP
        | Capabilities::SHADER_FLOAT16_IN_FLOAT32
        | Capabilities::SHADER_FLOAT16;
    let mut at = tree.loc;
    error::catch(|| {
        let mut validator = Validator::new(ValidationFlags::all(), capabilities);
        validator
            .subgroup_stages(ShaderStages::COMPUTE)
            .subgroup_operations(SubgroupOperationSet::all());
        validator.validate(module).map_err(|e| {
            at = spans.locate(&e).unwrap_or(tree.loc);
            error::with_causes(&e)
        })
    })
    .map_err(|message| error(at, message))
}
