//! A random kernel: parameters, workgroup memory, helpers, and a body that neither races nor leaves its bounds.
//!
//! Each invocation writes its own elements alone. A workgroup's memory goes through phases that the whole workgroup takes part in:
//! every invocation writes its own element, a barrier, any element is read, a barrier.

use super::choices::Choices;
use super::features::Feature;
use super::inputs::{self, Inputs};
use super::sorts::{Grid, Sort};
use super::writer::Writer;
use hesper_shader::tree::{
    Access, BinaryOp, BuiltinValue, ExprId, ExprKind, Function, Loc, LocalId, Param, ParamId,
    ParamKind, Root, Scalar, Step, StmtKind, Tree, Type, WorkgroupId, WorkgroupVar,
};
use std::fmt;

/// A kernel and what it runs on.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kernel.
    pub tree: Tree,
    /// Its arguments and the workgroups of the dispatch.
    pub inputs: Inputs,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.tree, self.inputs.of(&self.tree))
    }
}

/// The case that these choices make.
pub fn generate(choices: &mut Choices, features: &[Feature]) -> Case {
    let mut generator = Generator::new(choices, features);
    generator.declare();
    for position in 0..MOST_HELPERS {
        if !generator.choices.more(2) {
            break;
        }
        generator.helper(position);
    }
    let entry = generator.entry();
    generator.tree.entry = entry;
    let (tree, sorts) = (generator.tree, generator.buffers);
    let inputs = inputs::draw(choices, &tree, &sorts);
    Case { tree, inputs }
}

pub(crate) const WORKGROUP_SIZES: [[u32; 3]; 9] = [
    [1, 1, 1],
    [4, 1, 1],
    [8, 1, 1],
    [5, 1, 1],
    [3, 2, 1],
    [2, 2, 2],
    [1, 7, 1],
    [32, 1, 1],
    [64, 1, 1],
];

/// What has been decided so far, and the function being written.
pub(crate) struct Generator<'c> {
    pub(crate) choices: &'c mut Choices,
    pub(crate) features: &'c [Feature],
    pub(crate) tree: Tree,
    /// By parameter: the sort of its elements, or of the scalar.
    pub(crate) buffers: Vec<Sort>,
    /// Buffers that say what all locals hold.
    pub(crate) digests: Vec<ParamId>,
    /// By workgroup variable.
    pub(crate) shared: Vec<Sort>,
    pub(crate) helpers: Vec<Helper>,
    pub(crate) w: Writer,
    /// Values to be used here.
    pub(crate) scope: Vec<ExprId>,
    pub(crate) locals: Vec<(LocalId, Sort, Option<u32>)>,
    /// Elements that belong to this invocation: buffer or workgroup variable, and path.
    pub(crate) own: Vec<(Root, Vec<Step>, Sort)>,
    /// Workgroup variables that nobody writes at present.
    pub(crate) still: Vec<WorkgroupId>,
    pub(crate) leave: Leave,
    /// Iterations that a statement here may be run for, over all loops around it.
    pub(crate) weight: u32,
    /// The most iterations of this function so far.
    pub(crate) cost: u32,
    /// Indices being made, one for the other.
    pub(crate) indexing: u32,
    /// Statements still to be made.
    pub(crate) fuel: u32,
}

/// A helper function made before.
#[derive(Clone)]
pub(crate) struct Helper {
    pub(crate) arguments: Vec<Sort>,
    pub(crate) result: Option<Sort>,
    /// Iterations of all its loops.
    pub(crate) cost: u32,
}

/// How a statement may leave.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Leave {
    pub(crate) in_loop: bool,
    /// Whether it may return, and with what.
    pub(crate) returns: Option<Option<Sort>>,
}

const STAY: Leave = Leave {
    in_loop: false,
    returns: None,
};

const MOST_HELPERS: usize = 2;

/// Statements of one function, at most.
const FUEL: u32 = 40;

impl<'c> Generator<'c> {
    fn new(choices: &'c mut Choices, features: &'c [Feature]) -> Self {
        let loc = Loc::caller();
        let name = "random".to_string();
        let workgroup_size = choices.pick(&WORKGROUP_SIZES);
        Generator {
            choices,
            features,
            tree: Tree {
                docs: Vec::new(),
                loc,
                workgroup_size,
                params: Vec::new(),
                workgroup: Vec::new(),
                functions: Vec::new(),
                entry: Writer::new(&name, Vec::new(), None).finish(),
                name,
            },
            buffers: Vec::new(),
            digests: Vec::new(),
            shared: Vec::new(),
            helpers: Vec::new(),
            w: Writer::new("", Vec::new(), None),
            scope: Vec::new(),
            locals: Vec::new(),
            own: Vec::new(),
            still: Vec::new(),
            leave: STAY,
            weight: 1,
            cost: 0,
            indexing: 0,
            fuel: 0,
        }
    }

    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Parameters and workgroup variables.
    fn declare(&mut self) {
        self.buffer("out", Access::ReadWrite);
        if self.choices.more(2) {
            self.buffer("out", Access::ReadWrite);
        }
        self.several(3, |this| this.buffer("data", Access::Read));
        self.several(3, |this| {
            let scalars = [Scalar::U32, Scalar::I32, Scalar::F32, Scalar::Bool];
            let scalar = this.choices.pick(&scalars);
            let sort = Sort::exact(Type::scalar(scalar));
            this.param("n", ParamKind::Uniform(scalar), sort);
        });
        self.several(2, Self::workgroup_variable);
        self.declare_digests();
        if self.has(Feature::Atomics) {
            self.declare_atomics();
        }
    }

    /// Does something any number of times, up to `most`.
    fn several(&mut self, most: usize, mut f: impl FnMut(&mut Self)) {
        for _ in 0..most {
            if !self.choices.more(3) {
                break;
            }
            f(self);
        }
    }

    fn buffer(&mut self, name: &str, access: Access) {
        let sort = self.sort(false);
        let element = sort.ty;
        self.param(name, ParamKind::Storage { element, access }, sort);
    }

    pub(crate) fn param(&mut self, name: &str, kind: ParamKind, sort: Sort) {
        let name = format!("{name}_{}x", self.tree.params.len());
        let loc = self.tree.loc;
        self.tree.params.push(Param { name, loc, kind });
        self.buffers.push(sort);
    }

    fn workgroup_variable(&mut self) {
        let invocations = self.tree.invocations() as u32;
        let dims = match self.choices.below(4) {
            0 => vec![invocations],
            1 => vec![invocations + 3],
            2 => vec![invocations.div_ceil(2), 2],
            _ => Vec::new(),
        };
        let sort = self.sort(true);
        self.shared_variable("tile", sort, dims, false);
    }

    pub(crate) fn shared_variable(
        &mut self,
        name: &str,
        sort: Sort,
        dims: Vec<u32>,
        atomic: bool,
    ) -> WorkgroupId {
        let position = self.tree.workgroup.len() as u32;
        self.tree.workgroup.push(WorkgroupVar {
            name: format!("{name}_{position}x"),
            loc: self.tree.loc,
            element: sort.ty,
            dims,
            atomic,
        });
        self.shared.push(sort);
        WorkgroupId(position)
    }

    /// A random sort; truth values where they can be.
    pub(crate) fn sort(&mut self, bools: bool) -> Sort {
        let size = self.choices.pick(&[1, 1, 1, 2, 3, 4]);
        let scalars = [
            Scalar::U32,
            Scalar::I32,
            Scalar::F32,
            Scalar::F32,
            Scalar::Bool,
        ];
        let scalar = self.choices.pick(&scalars[..if bools { 5 } else { 4 }]);
        let rough = scalar == Scalar::F32 && self.choices.one_in(2);
        let ty = Type::vector(size, scalar);
        Sort { ty, rough }
    }

    /// Begins a function.
    fn begin(&mut self, name: &str, arguments: &[Sort], result: Option<Sort>) {
        let named = arguments
            .iter()
            .enumerate()
            .map(|(i, sort)| (format!("a{i}"), sort.ty))
            .collect();
        self.w = Writer::new(name, named, result.map(|sort| sort.ty));
        (self.weight, self.cost, self.fuel) = (1, 0, FUEL);
        self.scope = Vec::new();
        self.locals = Vec::new();
        for (i, sort) in (0..).zip(arguments) {
            let argument = self.w.ambient(ExprKind::Argument(i), sort.ty, sort.grid());
            self.scope.push(argument);
        }
        self.declare_locals();
    }

    fn declare_locals(&mut self) {
        self.several(3, |this| {
            let sort = this.sort(true);
            let value = this.stored(sort, 1);
            let id = this.w.local(sort, None);
            this.w.store(Root::Local(id), Vec::new(), value);
            this.locals.push((id, sort, None));
        });
        if self.has(Feature::LocalArrays) {
            self.declare_local_array();
        }
    }

    fn end(&mut self) -> Function {
        let empty = Writer::new("", Vec::new(), None);
        std::mem::replace(&mut self.w, empty).finish()
    }

    fn helper(&mut self, position: usize) {
        let mut arguments = Vec::new();
        self.several(2, |this| arguments.push(this.sort(true)));
        let result = (!self.choices.one_in(4)).then(|| self.sort(true));
        self.begin(&format!("helper{position}x"), &arguments, result);
        self.leave = Leave {
            returns: Some(result),
            ..STAY
        };
        self.statements(3);
        if let Some(sort) = result {
            let value = self.stored(sort, 3);
            self.w.stmt(StmtKind::Return(Some(value)));
        }
        let function = self.end();
        self.tree.functions.push(function);
        self.helpers.push(Helper {
            arguments,
            result,
            cost: self.cost,
        });
    }

    fn entry(&mut self) -> Function {
        let name = self.tree.name.clone();
        self.begin(&name, &[], None);
        self.leave = STAY;
        self.statements(2);
        for position in 0..self.shared.len() as u32 {
            self.phase(WorkgroupId(position));
        }
        self.leave.returns = self.choices.one_in(4).then_some(None);
        self.statements(2);
        for param in (0..self.tree.params.len() as u32).map(ParamId) {
            if let ParamKind::Storage {
                access: Access::ReadWrite,
                ..
            } = self.tree.params[param.index()].kind
            {
                self.fill(param);
            }
        }
        self.end()
    }

    /// `if i < out.len() { …; out[i] = …; }`, where `i` is this invocation's alone.
    fn fill(&mut self, param: ParamId) {
        let sort = self.buffers[param.index()];
        let digest = self.digest(param);
        let by_group = digest.is_none() && self.choices.one_in(4);
        let value = if by_group {
            BuiltinValue::WorkgroupIndex
        } else {
            BuiltinValue::GlobalIndex
        };
        let index = self.builtin(value);
        let length = self
            .w
            .ambient(ExprKind::Length(param), Type::U32, Grid::SETTLED);
        let mut condition = self.w.integer(BinaryOp::Less, index, length);
        if by_group {
            let lane = self.builtin(BuiltinValue::LocalInvocationIndex);
            let zero = self.w.u32(0);
            let first = self.w.integer(BinaryOp::Equal, lane, zero);
            condition = self.w.integer(BinaryOp::And, condition, first);
        }
        let (root, path) = (Root::Storage(param), vec![Step::Index(index)]);
        self.w.open();
        let scope = self.scope.len();
        if let Some(digest) = digest {
            self.w.store(root, path, digest);
        } else {
            self.own.push((root, path.clone(), sort));
            self.statements(3);
            let value = self.stored(sort, 4);
            self.w.store(root, path, value);
            self.own.pop();
        }
        self.scope.truncate(scope);
        let accept = self.w.close();
        self.w.branch(condition, accept, Vec::new());
    }

    pub(crate) fn builtin(&mut self, value: BuiltinValue) -> ExprId {
        self.w
            .ambient(ExprKind::BuiltinValue(value), value.ty(), Grid::SETTLED)
    }
}
