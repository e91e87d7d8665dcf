//! A kernel run twice over the same numbers: its tree by the reference executor, its text by the one here.

use super::executor::{Bound, Dispatch, Value, parse, run};
use hesper_ad::field::{Element, Kind};
use hesper_shader::domain::Domain;
use hesper_shader::reference::{self, Binding, Options};
use hesper_shader::tree::verify::verify;
use hesper_shader::tree::{ExprKind, Literal, ParamId, ParamKind, Tree};
use hesper_shader::uniforms::{Bindings, UniformBlock, UniformSource};
use hesper_shader::{Memory, Number, ScalarValue};
use std::collections::BTreeMap;

/// Lanes of a subgroup.
const SUBGROUP_SIZE: usize = 32;

/// What a parameter is given.
#[derive(Clone, Debug)]
pub(super) enum Argument<V> {
    Buffer(Memory<V>),
    Scalar(ScalarValue<V>),
}

/// Numbers that two executors may agree on.
pub(super) trait Agree: Copy + std::fmt::Debug {
    /// Whether two results are the same; `None` where neither is a number, which shows nothing.
    fn agree(&self, other: &Self) -> Option<bool>;
}

impl Agree for f32 {
    /// The same bits; one NaN is like another.
    fn agree(&self, other: &f32) -> Option<bool> {
        Some(self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan())
    }
}

impl Agree for Element {
    fn agree(&self, other: &Element) -> Option<bool> {
        let poisoned = self.kind == Kind::Poison && other.kind == Kind::Poison;
        (!poisoned).then(|| self.same(other))
    }
}

/// Runs both; the arguments hold what the tree yields. The number of elements that were compared, or what came between them.
pub(super) fn compare<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    wgsl: &str,
    groups: [u32; 3],
    arguments: &mut [Argument<D::Value>],
) -> Result<usize, Unlike>
where
    D::Value: Agree,
{
    let module = parse(wgsl).map_err(Unlike::Module)?;
    let translated = run_text(domain, tree, &module, groups, arguments);
    run_tree(domain, tree, groups, arguments).map_err(Unlike::Tree)?;
    let translated = translated.map_err(Unlike::Text)?;
    let mut compared = 0;
    let bindings = Bindings::of(tree);
    for (id, param, _, access) in tree.buffers() {
        let found = bindings.buffer(tree, id);
        let found = found.and_then(|number| translated.get(&number.binding));
        let leaf = param.field.map_or(0, |field| field.leaf as usize);
        if let (Argument::Buffer(expected), Some(Bound::Buffer(found)), true) =
            (&arguments[id.index()], found, access.writes())
        {
            let found = &found[leaf];
            compared += same(expected, found).map_err(|difference| {
                Unlike::Difference(format!("`{}`{difference}", param.name))
            })?;
        }
    }
    Ok(compared)
}

/// What was found instead of the same results.
#[derive(Debug)]
#[allow(dead_code, reason = "what they hold is told by `Debug`")]
pub(super) enum Unlike {
    /// The tree does not run.
    Tree(String),
    /// The text is no module.
    Module(String),
    /// The text does not run.
    Text(String),
    /// They yield different results.
    Difference(String),
}

/// The number of elements compared.
fn same<V: Agree>(expected: &Memory<V>, found: &Memory<V>) -> Result<usize, String> {
    fn all<T: std::fmt::Debug>(
        expected: &[T],
        found: &[T],
        agree: impl Fn(&T, &T) -> Option<bool>,
    ) -> Result<usize, String> {
        if expected.len() != found.len() {
            return Err(" has another length".to_string());
        }
        let mut compared = 0;
        for (at, (x, y)) in expected.iter().zip(found).enumerate() {
            match agree(x, y) {
                Some(true) => compared += 1,
                Some(false) => {
                    return Err(format!("[{at}] is {x:?} by the tree, {y:?} by the text"));
                }
                None => {}
            }
        }
        Ok(compared)
    }
    match (expected, found) {
        (Memory::F32(x), Memory::F32(y)) => all(x, y, V::agree),
        (Memory::I32(x), Memory::I32(y)) => all(x, y, |x, y| Some(x == y)),
        (Memory::U32(x), Memory::U32(y)) => all(x, y, |x, y| Some(x == y)),
        _ => Err(" has another type".to_string()),
    }
}

fn run_tree<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    groups: [u32; 3],
    arguments: &mut [Argument<D::Value>],
) -> Result<(), String> {
    let written = |param: usize| match tree.params[param].kind {
        ParamKind::Storage { access, .. } => access.writes(),
        ParamKind::Uniform(_) => false,
    };
    let bindings = arguments.iter_mut().enumerate();
    let mut bindings: Vec<_> = bindings
        .map(|(param, argument)| match argument {
            Argument::Buffer(memory) => {
                if written(param) {
                    Binding::Write(memory)
                } else {
                    Binding::Read(memory)
                }
            }
            Argument::Scalar(value) => Binding::Value(*value),
        })
        .collect();
    // The sanitizer judges kernels, and here it is texts that are judged.
    let options = Options::fast();
    let tree = verify(rounded(tree)).map_err(|problems| format!("{problems:?}"))?;
    reference::run_with(domain, &tree, groups, &mut bindings, &options)
        .map(|_| ())
        .map_err(|e| e.to_string())
}

/// The tree with its constants as a text has them, rounded to binary32.
fn rounded(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    for function in tree.functions.iter_mut().chain([&mut tree.entry]) {
        for expr in &mut function.exprs {
            // Exact numbers have no negative zero: one that rounds to it stays as it is, and is rounded by the domain.
            if let ExprKind::Literal(Literal::F32(number)) = &mut expr.kind
                && number.to_f32() != 0.0
                && let Ok(rounded) = Number::from_f32(number.to_f32())
            {
                *number = rounded;
            }
        }
    }
    tree
}

fn run_text<D: Domain<Mask = bool>>(
    domain: &D,
    tree: &Tree,
    module: &naga::Module,
    groups: [u32; 3],
    arguments: &[Argument<D::Value>],
) -> Result<BTreeMap<u32, Bound<D::Value>>, String> {
    // All of group 0: no kernel here has numbers of its own.
    let (numbers, mut bindings) = (Bindings::of(tree), BTreeMap::new());
    for (id, ..) in tree.buffers() {
        if let (Some(number), Argument::Buffer(memory)) =
            (numbers.buffer(tree, id), &arguments[id.index()])
        {
            match bindings
                .entry(number.binding)
                .or_insert(Bound::Buffer(Vec::new()))
            {
                Bound::Buffer(leaves) => leaves.push(memory.clone()),
                Bound::Block(_) => panic!("a buffer at the block's binding"),
            }
        }
    }
    let fields = UniformBlock::of(tree).fields;
    let fields = fields.iter().map(|field| match field.source {
        UniformSource::Uniform(param) => scalar(&arguments[param.index()]),
        UniformSource::Length(param) => Value::U32(length(tree, param, arguments)),
    });
    bindings.insert(numbers.uniforms.binding, Bound::Block(fields.collect()));
    let dispatch = Dispatch {
        groups,
        subgroup_size: SUBGROUP_SIZE,
    };
    run(domain, module, dispatch, &mut bindings)?;
    Ok(bindings)
}

/// A scalar as it travels in a uniform block.
fn scalar<V: Copy>(argument: &Argument<V>) -> Value<V> {
    match argument {
        Argument::Scalar(ScalarValue::F32(x)) => Value::Real(*x),
        Argument::Scalar(ScalarValue::I32(n)) => Value::I32(*n),
        Argument::Scalar(ScalarValue::U32(n)) => Value::U32(*n),
        Argument::Scalar(ScalarValue::Bool(truth)) => Value::U32((*truth).into()),
        Argument::Buffer(_) => panic!("a buffer by value"),
    }
}

/// Elements of a buffer.
fn length<V: Copy>(tree: &Tree, param: ParamId, arguments: &[Argument<V>]) -> u32 {
    match (&tree.params[param.index()].kind, &arguments[param.index()]) {
        (ParamKind::Storage { element, .. }, Argument::Buffer(memory)) => {
            let each = tree.field(param).map_or(1, |(_, leaf)| leaf.count());
            (memory.len() / usize::from(element.size)) as u32 / each as u32
        }
        _ => panic!("a scalar has no length"),
    }
}
