//! What expressions yield: scalars, what is made of them, and pointers.

use super::Outcome;
use hesper_shader::Number;
use hesper_shader::domain::Domain;
use naga::{Arena, ArraySize, Expression, Handle, Literal, Module, ScalarKind, Type, TypeInner};

/// A value; reals are a number domain's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<V> {
    Real(V),
    I32(i32),
    U32(u32),
    Bool(bool),
    /// A vector, an array or a structure.
    Parts(Vec<Value<V>>),
    Pointer(Pointer),
}

/// A variable, and the positions of a part of it, from the outside inwards.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pointer {
    pub(super) root: Root,
    pub(super) path: Vec<usize>,
}

/// The variable a pointer starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Root {
    Global(usize),
    /// A local of the function that is so deep in the calls.
    Local {
        frame: usize,
        variable: usize,
    },
}

impl<V: Copy + std::fmt::Debug> Value<V> {
    pub(super) fn truth(&self) -> Outcome<bool> {
        match self {
            Value::Bool(truth) => Ok(*truth),
            other => Err(format!("{other:?} is not a truth value")),
        }
    }

    /// An index; a negative one lies beyond every array.
    pub(super) fn index(&self) -> Outcome<usize> {
        match self {
            Value::U32(n) => Ok(*n as usize),
            Value::I32(n) => usize::try_from(*n).map_err(|_| format!("the index {n} is negative")),
            other => Err(format!("{other:?} is not an index")),
        }
    }

    /// The part at a position of the value, or the pointer to that part.
    pub(super) fn part(&self, at: usize) -> Outcome<Value<V>> {
        match self {
            Value::Pointer(pointer) => {
                let mut inner = pointer.clone();
                inner.path.push(at);
                Ok(Value::Pointer(inner))
            }
            value => Ok(value.follow(&[at])?.clone()),
        }
    }

    /// The part behind a path.
    pub(super) fn follow(&self, path: &[usize]) -> Outcome<&Value<V>> {
        path.iter().try_fold(self, |value, at| match value {
            Value::Parts(parts) => parts.get(*at).ok_or_else(|| beyond(*at, parts.len())),
            other => Err(format!("{other:?} has no parts")),
        })
    }

    /// The part behind a path, to be changed.
    pub(super) fn follow_mut(&mut self, path: &[usize]) -> Outcome<&mut Value<V>> {
        path.iter().try_fold(self, |value, at| match value {
            Value::Parts(parts) => {
                let length = parts.len();
                parts.get_mut(*at).ok_or_else(|| beyond(*at, length))
            }
            other => Err(format!("{other:?} has no parts")),
        })
    }

    /// `f` of each component.
    pub(super) fn map(&self, f: &impl Fn(&Value<V>) -> Outcome<Value<V>>) -> Outcome<Value<V>> {
        match self {
            Value::Parts(parts) => {
                let parts = parts.iter().map(|part| part.map(f));
                Ok(Value::Parts(parts.collect::<Outcome<_>>()?))
            }
            scalar => f(scalar),
        }
    }

    /// `f` of the components of two values; a scalar meets each component of a vector.
    pub(super) fn zip(
        &self,
        other: &Value<V>,
        f: &impl Fn(&Value<V>, &Value<V>) -> Outcome<Value<V>>,
    ) -> Outcome<Value<V>> {
        let parts: Outcome<Vec<_>> = match (self, other) {
            (Value::Parts(x), Value::Parts(y)) if x.len() == y.len() => {
                x.iter().zip(y).map(|(x, y)| x.zip(y, f)).collect()
            }
            (Value::Parts(_), Value::Parts(_)) => return Err("vectors of two sizes".to_string()),
            (Value::Parts(x), y) => x.iter().map(|x| x.zip(y, f)).collect(),
            (x, Value::Parts(y)) => y.iter().map(|y| x.zip(y, f)).collect(),
            (x, y) => return f(x, y),
        };
        Ok(Value::Parts(parts?))
    }
}

fn beyond(at: usize, length: usize) -> String {
    format!("index {at} lies beyond a length of {length}")
}

/// The zero of a type.
pub(super) fn zero<D: Domain>(
    domain: &D,
    module: &Module,
    ty: Handle<Type>,
) -> Outcome<Value<D::Value>> {
    let repeated = |value: Value<D::Value>, count: usize| Value::Parts(vec![value; count]);
    Ok(match &module.types[ty].inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => zero_of(domain, scalar.kind)?,
        TypeInner::Vector { size, scalar } => {
            repeated(zero_of(domain, scalar.kind)?, *size as usize)
        }
        TypeInner::Array {
            base,
            size: ArraySize::Constant(count),
            ..
        } => repeated(zero(domain, module, *base)?, count.get() as usize),
        TypeInner::Struct { members, .. } => {
            let members = members.iter().map(|m| zero(domain, module, m.ty));
            Value::Parts(members.collect::<Outcome<_>>()?)
        }
        other => return Err(format!("{other:?} has no zero")),
    })
}

fn zero_of<D: Domain>(domain: &D, kind: ScalarKind) -> Outcome<Value<D::Value>> {
    Ok(match kind {
        ScalarKind::Float => Value::Real(domain.constant(Number::ZERO)),
        ScalarKind::Sint => Value::I32(0),
        ScalarKind::Uint => Value::U32(0),
        ScalarKind::Bool => Value::Bool(false),
        other => return Err(format!("{other:?} has no zero")),
    })
}

/// The value of an expression that means the same everywhere, in a function or outside.
pub(super) fn constant<D: Domain>(
    domain: &D,
    module: &Module,
    expressions: &Arena<Expression>,
    handle: Handle<Expression>,
) -> Outcome<Value<D::Value>> {
    let of = |handle| constant(domain, module, expressions, handle);
    match &expressions[handle] {
        Expression::Literal(Literal::F32(x)) => Ok(Value::Real(real(domain, *x))),
        Expression::Literal(Literal::I32(n)) => Ok(Value::I32(*n)),
        Expression::Literal(Literal::U32(n)) => Ok(Value::U32(*n)),
        Expression::Literal(Literal::Bool(truth)) => Ok(Value::Bool(*truth)),
        Expression::Constant(named) => {
            let init = module.constants[*named].init;
            constant(domain, module, &module.global_expressions, init)
        }
        Expression::ZeroValue(ty) => zero(domain, module, *ty),
        Expression::Splat { size, value } => Ok(Value::Parts(vec![of(*value)?; *size as usize])),
        Expression::Compose { ty, components } => {
            let components = components.iter().map(|c| of(*c));
            Ok(composed(module, *ty, components.collect::<Outcome<_>>()?))
        }
        other => Err(format!("{other:?} is used before it is evaluated")),
    }
}

/// A value of its components; a vector may be made of vectors.
pub(super) fn composed<V>(
    module: &Module,
    ty: Handle<Type>,
    components: Vec<Value<V>>,
) -> Value<V> {
    if !matches!(module.types[ty].inner, TypeInner::Vector { .. }) {
        return Value::Parts(components);
    }
    let flat = components
        .into_iter()
        .flat_map(|component| match component {
            Value::Parts(parts) => parts,
            scalar => vec![scalar],
        });
    Value::Parts(flat.collect())
}

/// A binary32 number; minus infinity is the domain's own.
pub(super) fn real<D: Domain>(domain: &D, value: f32) -> D::Value {
    if value == f32::NEG_INFINITY {
        domain.neg_infinity()
    } else {
        domain.from_f32(value)
    }
}
