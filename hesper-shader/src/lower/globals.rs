//! Variables of the module: storage buffers, the uniform block, workgroup memory.

use naga::{
    AddressSpace, GlobalVariable, Handle, PredeclaredType, ResourceBinding, StorageAccess,
    TypeInner,
};

use super::spans::Spans;
use super::{LowerError, shapes, types};
use crate::tree::{
    Access, AtomicOp, BindingNumber, ExprKind, Math, Root, Scalar, StmtKind, Tree, Type,
    WorkgroupVar,
};
use crate::uniforms::{Bindings, UniformBlock};

/// The name of the uniform block in the module.
const BLOCK: &str = "params";

/// naga's variables for everything a kernel shares between its functions.
pub(super) struct Globals {
    /// By parameter; `None` for uniforms.
    storage: Vec<Option<Handle<GlobalVariable>>>,
    workgroup: Vec<Handle<GlobalVariable>>,
    /// What a compare-exchange yields, by the scalar it works on; only for those that the kernel uses.
    exchanged: Vec<(Scalar, Handle<naga::Type>)>,
    /// The variable of the uniform block, where there is one.
    pub(super) block: Option<Handle<GlobalVariable>>,
    /// Its layout.
    pub(super) layout: UniformBlock,
    /// Names that locals must leave alone, so that the user's own survive on the buffers.
    names: Vec<String>,
}

impl Globals {
    /// Declares all variables.
    pub(super) fn declare(
        tree: &Tree,
        module: &mut naga::Module,
        spans: &mut Spans,
    ) -> Result<Globals, LowerError> {
        let mut variables = Variables::new(module);
        let storage = declare_storage(tree, &mut variables, spans);
        let layout = UniformBlock::of(tree);
        let block =
            (!layout.is_empty()).then(|| declare_block(tree, &layout, &mut variables, spans));
        declare_frexp(tree, variables.module);
        let workgroup = declare_workgroup(tree, &mut variables, spans)?;
        let own = variables.own;
        let named = |handle: &Handle<GlobalVariable>| module.global_variables[*handle].name.clone();
        let names = own
            .iter()
            .filter_map(named)
            .chain(tree.all_functions().map(|f| f.name.clone()))
            .collect();
        Ok(Globals {
            storage,
            workgroup,
            exchanged: declare_exchanged(tree, module),
            block,
            layout,
            names,
        })
    }

    /// The structure that a compare-exchange of this scalar yields.
    pub(super) fn exchanged(&self, scalar: Scalar) -> Option<Handle<naga::Type>> {
        let mut known = self.exchanged.iter();
        known.find(|(s, _)| *s == scalar).map(|(_, ty)| *ty)
    }

    /// The variable behind a root that is not local.
    pub(super) fn get(&self, root: Root) -> Option<Handle<GlobalVariable>> {
        match root {
            Root::Storage(param) => self.storage.get(param.index()).copied().flatten(),
            Root::Workgroup(variable) => self.workgroup.get(variable.index()).copied(),
            Root::Local(_) => None,
        }
    }

    /// `name`, marked with `kind` where a variable or function of the module has that name. naga would rename the
    /// other one, which is the one the user binds.
    pub(super) fn local_name(&self, name: &str, kind: &str) -> String {
        if self.names.iter().any(|n| n == name) {
            format!("{name}_{kind}")
        } else {
            name.to_string()
        }
    }
}

/// The variables of a module, as one kernel declares them.
struct Variables<'m> {
    module: &'m mut naga::Module,
    /// How many there were before, of other kernels.
    before: usize,
    /// The kernel's.
    own: Vec<Handle<GlobalVariable>>,
}

impl<'m> Variables<'m> {
    fn new(module: &'m mut naga::Module) -> Variables<'m> {
        let before = module.global_variables.len();
        Variables {
            module,
            before,
            own: Vec::new(),
        }
    }

    /// The variable, or the one that a kernel before has for the same; no two of a kernel's are one.
    fn declare(&mut self, variable: GlobalVariable, span: naga::Span) -> Handle<GlobalVariable> {
        let handle = match self.known(&variable) {
            Some(handle) => handle,
            None => self.module.global_variables.append(variable, span),
        };
        self.own.push(handle);
        handle
    }

    fn known(&self, variable: &GlobalVariable) -> Option<Handle<GlobalVariable>> {
        let same = |known: &GlobalVariable| {
            known.name == variable.name
                && known.space == variable.space
                && known.binding == variable.binding
                && known.ty == variable.ty
        };
        let mut known = self.module.global_variables.iter().take(self.before);
        let known = known.find(|(handle, known)| same(known) && !self.own.contains(handle));
        known.map(|(handle, _)| handle)
    }
}

fn declare_storage(
    tree: &Tree,
    variables: &mut Variables<'_>,
    spans: &mut Spans,
) -> Vec<Option<Handle<GlobalVariable>>> {
    let mut of_params = vec![None; tree.params.len()];
    let bindings = Bindings::of(tree);
    for (id, param, element, access) in tree.bindings() {
        let atomic = access == Access::Atomic;
        let structured = tree.field(id).map(|(buffer, _)| buffer);
        let access = match access {
            Access::Read => StorageAccess::LOAD,
            Access::ReadWrite | Access::Atomic => StorageAccess::LOAD | StorageAccess::STORE,
        };
        let variable = GlobalVariable {
            name: Some(
                structured
                    .map_or(&param.name, |buffer| &buffer.name)
                    .clone(),
            ),
            space: AddressSpace::Storage { access },
            binding: bindings.buffer(tree, id).map(resource),
            ty: match structured {
                Some(buffer) => shapes::buffer(&mut variables.module.types, buffer),
                None => types::runtime_array(&mut variables.module.types, element, atomic),
            },
            init: None,
            memory_decorations: Default::default(),
        };
        let handle = variables.declare(variable, spans.of(param.loc));
        let parts = structured.map_or(1, |buffer| buffer.leaves.len());
        let slots = of_params.iter_mut().skip(id.index()).take(parts);
        slots.for_each(|slot| *slot = Some(handle));
    }
    of_params
}

fn declare_block(
    tree: &Tree,
    layout: &UniformBlock,
    variables: &mut Variables<'_>,
    spans: &mut Spans,
) -> Handle<GlobalVariable> {
    let members = layout
        .fields
        .iter()
        .zip(0..)
        .map(|(field, i)| naga::StructMember {
            name: Some(field.name.replace('.', "_")),
            ty: types::value(
                &mut variables.module.types,
                Type::scalar(host_shareable(field.scalar)),
            ),
            binding: None,
            offset: 4 * i,
        })
        .collect();
    let inner = TypeInner::Struct {
        members,
        span: layout.size() as u32,
    };
    let name = Some("Params".to_string());
    let span = spans.of(tree.loc);
    let ty = variables
        .module
        .types
        .insert(naga::Type { name, inner }, span);
    let variable = GlobalVariable {
        name: Some(BLOCK.to_string()),
        space: AddressSpace::Uniform,
        binding: Some(resource(Bindings::of(tree).uniforms)),
        ty,
        init: None,
        memory_decorations: Default::default(),
    };
    variables.declare(variable, span)
}

fn declare_workgroup(
    tree: &Tree,
    variables: &mut Variables<'_>,
    spans: &mut Spans,
) -> Result<Vec<Handle<GlobalVariable>>, LowerError> {
    let declare = |variable: &WorkgroupVar| {
        let WorkgroupVar {
            element,
            atomic,
            dims,
            ..
        } = variable;
        let ty = types::nested_array(&mut variables.module.types, *element, *atomic, dims);
        let ty = ty.ok_or_else(|| LowerError::ArraySize {
            kernel: tree.name.clone(),
            loc: variable.loc,
            name: variable.name.clone(),
            dims: dims.clone(),
        })?;
        let global = GlobalVariable {
            name: Some(variable.name.replace('.', "_")),
            space: AddressSpace::WorkGroup,
            binding: None,
            ty,
            init: None,
            memory_decorations: Default::default(),
        };
        Ok(variables.declare(global, spans.of(variable.loc)))
    };
    tree.workgroup.iter().map(declare).collect()
}

/// naga's own structures for the results of compare-exchanges; an unused one would show in texts.
fn declare_exchanged(tree: &Tree, module: &mut naga::Module) -> Vec<(Scalar, Handle<naga::Type>)> {
    let mut declared: Vec<(Scalar, Handle<naga::Type>)> = Vec::new();
    for function in tree.all_functions() {
        for stmt in function.seen_statements() {
            let StmtKind::Atomic {
                op,
                result: Some(result),
                ..
            } = stmt.kind
            else {
                continue;
            };
            let scalar = function.get(result).map(|e| e.ty.scalar);
            let exchanged = match (op, scalar) {
                (AtomicOp::CompareExchangeWeak { .. }, scalar) => scalar,
                // As bits, until nobody came between.
                (AtomicOp::Update(..), Some(Scalar::F32)) => Some(Scalar::U32),
                _ => None,
            };
            if let Some(scalar) = exchanged
                && !declared.iter().any(|(known, _)| *known == scalar)
            {
                let ty = PredeclaredType::AtomicCompareExchangeWeakResult(types::scalar(scalar));
                declared.push((scalar, module.generate_predeclared_type(ty)));
            }
        }
    }
    declared
}

/// The structures that the kernel's `frexp`s yield.
fn declare_frexp(tree: &Tree, module: &mut naga::Module) {
    let functions = tree.all_functions();
    for (function, expr) in functions.flat_map(|f| f.exprs.iter().map(move |e| (f, e))) {
        if let ExprKind::Math(Math::FrexpFraction | Math::FrexpExponent, operands) = &expr.kind
            && let Some(of) = operands.first().and_then(|id| function.get(*id))
        {
            module.generate_predeclared_type(PredeclaredType::FrexpResult {
                size: types::vector_size(of.ty),
                scalar: types::scalar(of.ty.scalar),
            });
        }
    }
}

/// The scalar that stands for `scalar` in memory shared with the host, where WGSL has no `bool`.
fn host_shareable(scalar: Scalar) -> Scalar {
    match scalar {
        Scalar::Bool => Scalar::U32,
        // Fields are of four bytes each.
        Scalar::F16 => Scalar::F32,
        other => other,
    }
}

fn resource(BindingNumber { group, binding }: BindingNumber) -> ResourceBinding {
    ResourceBinding { group, binding }
}
