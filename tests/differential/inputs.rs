//! What a kernel runs on: buffers of awkward lengths, special numbers, several workgroups.

use super::choices::Choices;
use super::integers::SPECIAL;
use super::sorts::Sort;
use hesper_ad::Rng;
use hesper_shader::tree::{Access, ParamId, ParamKind, Scalar, Tree};
use hesper_shader::{Memory, ScalarValue};
use std::fmt;

/// The arguments of one dispatch.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Workgroups in x, y and z.
    pub groups: [u32; 3],
    /// By parameter.
    pub arguments: Vec<Input>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A buffer's components.
    Buffer(Memory<f32>),
    /// A scalar by value.
    Scalar(ScalarValue),
}

const GROUPS: [[u32; 3]; 6] = [
    [1, 1, 1],
    [2, 1, 1],
    [3, 1, 1],
    [2, 2, 1],
    [1, 1, 2],
    [2, 1, 3],
];

/// Lengths that are no multiple of a workgroup.
const PRIMES: [usize; 5] = [2, 3, 7, 13, 61];

/// Reals that some devices compute with rounding.
const ROUGH: [f32; 8] = [
    0.1,
    -0.3,
    2.718_281_7,
    -17.5,
    1e-4,
    300.7,
    65_536.5,
    -1.000_000_1,
];

/// Arguments for a kernel whose parameters hold these sorts.
pub(crate) fn draw(choices: &mut Choices, tree: &Tree, sorts: &[Sort]) -> Inputs {
    let groups = choices.pick(&GROUPS);
    let params = (0..).map(ParamId).zip(&tree.params).zip(sorts);
    // The parts of a structured buffer have as many elements.
    let mut last = 0;
    let arguments = params
        .map(|((id, param), sort)| match param.kind {
            ParamKind::Uniform(_) => Input::Scalar(scalar(choices, *sort)),
            ParamKind::Storage { access, .. } => {
                let field = tree.field(id).map(|(_, leaf)| leaf.count() as usize);
                if param.field.is_none_or(|field| field.leaf == 0) {
                    last = length(choices, tree.invocations() as usize, access);
                }
                Input::Buffer(fill(choices, *sort, last * field.unwrap_or(1)))
            }
        })
        .collect();
    Inputs { groups, arguments }
}

/// A number of elements. What is read at any index has one at least.
fn length(choices: &mut Choices, workgroup: usize, access: Access) -> usize {
    match choices.below(8) {
        0 => 1,
        1 => workgroup,
        2 => workgroup + 1,
        3 => (workgroup - 1).max(1),
        4 => 2 * workgroup + 1,
        5 if access == Access::ReadWrite => 0,
        _ => choices.pick(&PRIMES),
    }
}

fn scalar(choices: &mut Choices, sort: Sort) -> ScalarValue {
    match fill(choices, sort, 1) {
        Memory::F32(v) => ScalarValue::F32(v[0]),
        Memory::I32(v) => ScalarValue::I32(v[0]),
        Memory::U32(v) => ScalarValue::U32(v[0]),
        Memory::Bool(v) => ScalarValue::Bool(v[0]),
    }
}

/// Zeros, small numbers in order, or random ones among which special ones are frequent.
fn fill(choices: &mut Choices, sort: Sort, elements: usize) -> Memory<f32> {
    let count = elements * usize::from(sort.ty.size);
    let kind = choices.below(6);
    let mut rng = Rng::new(choices.below(1 << 16) as u64);
    let mut integer = |i: usize| match kind {
        0 => 0,
        1 => i as u32 + 1,
        _ if rng.below(2) == 0 => SPECIAL[rng.below(SPECIAL.len())],
        _ => rng.bits() as u32,
    };
    match sort.ty.scalar {
        Scalar::F16 | Scalar::F32 => Memory::F32(
            (0..count)
                .map(|i| real(sort, integer(i), kind > 1))
                .collect(),
        ),
        Scalar::I32 => Memory::I32((0..count).map(|i| integer(i) as i32).collect()),
        Scalar::U32 => Memory::U32((0..count).map(integer).collect()),
        Scalar::Bool => Memory::Bool((0..count).map(|i| integer(i) % 2 == 1).collect()),
    }
}

/// A real from random bits: a quarter up to 256, or any of moderate size.
fn real(sort: Sort, bits: u32, signed: bool) -> f32 {
    let quarter = (bits % 2049) as f32 / 4.0 - if signed { 256.0 } else { 0.0 };
    let quarter = quarter.clamp(-256.0, 256.0);
    match bits >> 16 {
        n if sort.rough && n % 3 == 1 => ROUGH[n as usize / 3 % ROUGH.len()],
        n if sort.rough && n % 3 == 2 => n as f32 / 977.0 - 30.0,
        _ => quarter,
    }
}

impl Inputs {
    /// As text, by the names of a kernel's parameters.
    pub fn of<'a>(&'a self, tree: &'a Tree) -> impl fmt::Display + 'a {
        Named { inputs: self, tree }
    }
}

struct Named<'a> {
    inputs: &'a Inputs,
    tree: &'a Tree,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "workgroups {:?}", self.inputs.groups)?;
        for (param, input) in self.tree.params.iter().zip(&self.inputs.arguments) {
            match input {
                Input::Scalar(value) => writeln!(f, "{} = {value:?}", param.name)?,
                Input::Buffer(memory) => writeln!(f, "{} = {memory:?}", param.name)?,
            }
        }
        Ok(())
    }
}
