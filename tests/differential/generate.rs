//! A random kernel: parameters, workgroup memory, helpers, and a body that neither races nor leaves its bounds.
//!
//! Each invocation writes its own elements alone. A workgroup's memory goes through phases that the whole workgroup takes part in:
//! every invocation writes its own element, a barrier, any element is read, a barrier.

use super::choices::Choices;
use super::inputs::{self, Inputs};
use super::sorts::{Grid, Sort};
use super::writer::Writer;
use hesper_shader::tree::verify::{Verified, verify};
use hesper_shader::tree::{
    BuiltinValue, ExprId, ExprKind, Loc, LocalId, ParamId, Root, Scalar, Step, Tree, Type,
    WorkgroupId,
};
use std::fmt;

/// A kernel and what it runs on.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kernel.
    pub tree: Tree,
    /// Its arguments and the workgroups of the dispatch.
    pub inputs: Inputs,
    /// Whether a divisor may be zero. WGSL says what comes out, and the sanitizer reports it.
    pub divides_by_zero: bool,
}

impl Case {
    /// The kernel as lowering and the reference executor take it.
    ///
    /// # Errors
    /// The rules that it breaks.
    pub fn verified(&self) -> Result<Verified, String> {
        verify(self.tree.clone()).map_err(|problems| format!("{problems:?}"))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.tree, self.inputs.of(&self.tree))
    }
}

/// The case that these choices make.
pub fn generate(choices: &mut Choices) -> Case {
    let mut generator = Generator::new(choices);
    generator.declare();
    for position in 0..MOST_HELPERS {
        if !generator.choices.more(2) {
            break;
        }
        generator.helper(position);
    }
    let entry = generator.entry();
    generator.tree.entry = entry;
    let divides_by_zero = generator.divides_by_zero;
    let (tree, sorts) = (generator.tree, generator.buffers);
    let inputs = inputs::draw(choices, &tree, &sorts);
    Case {
        tree,
        inputs,
        divides_by_zero,
    }
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
    /// Values of workgroup memory that are the same for the whole workgroup.
    pub(crate) uniform: Vec<ExprId>,
    pub(crate) leave: Leave,
    /// Iterations that a statement here may be run for, over all loops around it.
    pub(crate) weight: u32,
    /// The most iterations of this function so far.
    pub(crate) cost: u32,
    /// Indices being made, one for the other.
    pub(crate) indexing: u32,
    /// Statements still to be made.
    pub(crate) fuel: u32,
    /// Whether what is being made may reach an index, so that it must not wrap unmeant.
    pub(crate) tame: bool,
    /// Whether what is being made decides a branch in a loop.
    pub(crate) steers: bool,
    /// Whether the statements are for the reference executor alone.
    pub(crate) aside: bool,
    /// Whether invocations of a subgroup exchange values.
    pub(crate) subgroups: bool,
    /// Whether divisors may be zero, and whether there is one.
    pub(crate) zero_divisors: bool,
    pub(crate) divides_by_zero: bool,
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

pub(crate) const STAY: Leave = Leave {
    in_loop: false,
    returns: None,
};

const MOST_HELPERS: usize = 2;

/// Statements of one function, at most.
pub(crate) const FUEL: u32 = 40;

impl<'c> Generator<'c> {
    fn new(choices: &'c mut Choices) -> Self {
        let loc = Loc::caller();
        let name = "random".to_string();
        let workgroup_size = choices.pick(&WORKGROUP_SIZES);
        Generator {
            choices,
            tree: Tree {
                docs: Vec::new(),
                loc,
                workgroup_size,
                any_order: None,
                bound_at: Default::default(),
                params: Vec::new(),
                structured: Vec::new(),
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
            uniform: Vec::new(),
            leave: STAY,
            weight: 1,
            cost: 0,
            indexing: 0,
            fuel: 0,
            tame: false,
            steers: false,
            aside: false,
            subgroups: false,
            zero_divisors: false,
            divides_by_zero: false,
        }
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

    pub(crate) fn builtin(&mut self, value: BuiltinValue) -> ExprId {
        self.w
            .ambient(ExprKind::BuiltinValue(value), value.ty(), Grid::SETTLED)
    }
}
