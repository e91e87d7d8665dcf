//! Constants for by-value parameters: scalars, and what is made of several.

use super::{Bound, StepProblem};
use crate::kernel::Kernel;
use crate::number::{Number, NumberError};
use crate::shader_type::Transfer;
use crate::tree::{ByScalar, Literal, Param, ParamKind, Scalar, ScalarValue, Shape};
use std::fmt;

/// A host value for a by-value kernel parameter: a number, or a vector, array or structure of `shader!`. A float means its shortest round-trip
/// decimal, also inside of a structure, so that in a number domain it is that real.
pub trait UniformValue {
    /// The value as a plan binds it, or why it cannot be one.
    fn bound(self) -> Result<Bound, String>;
}

macro_rules! uniform_values {
    ($($ty:ty: $value:ident => $bound:expr;)*) => {$(
        impl UniformValue for $ty {
            fn bound(self) -> Result<Bound, String> {
                let $value = self;
                $bound
            }
        }
    )*};
}

uniform_values! {
    Number: x => Ok(Bound::Value(Literal::F32(x)));
    f64: x => Number::from_f64(x).map_err(|e| e.to_string())?.bound();
    usize: n => u32::try_from(n).map_err(|_| format!("{n} does not fit `u32`"))?.bound();
}

impl<T: Transfer> UniformValue for T {
    fn bound(self) -> Result<Bound, String> {
        let shape = T::shape();
        let mut scalars = Vec::new();
        self.scalars(&mut scalars);
        let parts = shape.scalars().into_iter().zip(scalars);
        let parts = parts.map(|((way, _), (value, _))| {
            exact(value).map_err(|error| match way.strip_prefix('.') {
                None => error.to_string(),
                Some(way) => format!("has a `{way}` that no plan holds: {error}"),
            })
        });
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        Ok(match (&parts[..], shape.plain()) {
            ([scalar], Some((ty, _))) if ty.is_scalar() => Bound::Value(*scalar),
            _ => Bound::Parts(Parts { shape, parts }),
        })
    }
}

/// A real as its shortest decimal.
fn exact(value: ScalarValue) -> Result<Literal, NumberError> {
    Ok(match value {
        ByScalar::F32(x) => ByScalar::F32(Number::from_f32(x)?),
        ByScalar::I32(n) => ByScalar::I32(n),
        ByScalar::U32(n) => ByScalar::U32(n),
        ByScalar::Bool(b) => ByScalar::Bool(b),
    })
}

/// A constant that is made of several scalars: a vector, an array, a structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    shape: Shape,
    /// In the order of the shape's scalars.
    parts: Vec<Literal>,
}

impl Parts {
    /// The constant for each of the kernel's parameters that `param` is made of, by their names: `p.stride`, `p.scale`.
    ///
    /// # Errors
    /// Where the kernel is wrong, or has no such parameter, or that is made of something else: its scalars must have the same names and types, in the
    /// same order.
    pub fn of_param(
        &self,
        kernel: &Kernel,
        param: &str,
    ) -> Result<Vec<(String, Literal)>, StepProblem> {
        let params = &kernel.tree()?.params;
        let declared: Vec<_> = scalars_of(params, param).collect();
        let given = self.shape.scalars();
        let fits = declared
            .iter()
            .copied()
            .eq(given.iter().map(|(way, s)| (&way[..], *s)));
        if !fits || declared.is_empty() {
            return Err(StepProblem::Mismatch {
                param: param.to_string(),
                expected: written_value(params, param),
                given: format!("a constant `{self}`"),
            });
        }
        let names = given.into_iter().map(|(way, _)| format!("{param}{way}"));
        Ok(names.zip(self.parts.iter().copied()).collect())
    }

    /// What one of the parameters is given, which a way leads to.
    pub(super) fn part(&self, way: &str) -> Option<Literal> {
        let ways = self.shape.scalars().into_iter().map(|(way, _)| way);
        let mut parts = ways.zip(&self.parts);
        parts.find_map(|(at, part)| (at == way).then_some(*part))
    }
}

impl fmt::Display for Parts {
    /// Its type, as a structure with what it is made of: `Conv { stride: u32, scale: f32 }`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scalars = self.shape.scalars();
        match &self.shape {
            Shape::Structure(structure) => {
                let scalars = scalars.iter().map(|(way, scalar)| (&way[..], *scalar));
                write!(f, "{} {}", structure.name, written(scalars))
            }
            shape => shape.fmt(f),
        }
    }
}

/// The way from a parameter of several scalars to one of them.
pub(super) fn way<'p>(part: &'p str, whole: &str) -> Option<&'p str> {
    let way = part.strip_prefix(whole)?;
    way.starts_with('.').then_some(way)
}

/// The scalars that a by-value parameter of several is made of, with the way to each; none where there is no such parameter.
pub(super) fn scalars_of<'t>(
    params: &'t [Param],
    name: &str,
) -> impl Iterator<Item = (&'t str, Scalar)> {
    params.iter().filter_map(move |param| match param.kind {
        ParamKind::Uniform(scalar) => Some((way(&param.name, name)?, scalar)),
        ParamKind::Storage { .. } => None,
    })
}

/// A by-value parameter as it would be declared: `f32`, or of several scalars `{ stride: u32, scale: f32 }`.
pub(super) fn written_value(params: &[Param], name: &str) -> String {
    let own = params.iter().find_map(|param| match param.kind {
        ParamKind::Uniform(scalar) if param.name == name => Some(scalar.to_string()),
        _ => None,
    });
    own.unwrap_or_else(|| written(scalars_of(params, name)))
}

fn written<'w>(scalars: impl Iterator<Item = (&'w str, Scalar)>) -> String {
    let scalars = scalars.map(|(way, scalar)| {
        let way = way.trim_start_matches('.');
        format!("{way}: {scalar}")
    });
    let scalars: Vec<String> = scalars.collect();
    format!("{{ {} }}", scalars.join(", "))
}
