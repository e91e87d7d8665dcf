//! The sizes of an op's dimensions, from the shapes of what it is given.

use super::error::RunError;
use super::inputs::{Value, written};
use crate::dims::{Dims, multiple, names};
use crate::op_plan::suggest;
use crate::sample::Sampling;
use crate::signature::{Port, Signature};
use std::collections::BTreeMap;

/// The size of every dimension of an op, in order.
///
/// # Errors
/// Where shapes do not fit the ports or each other, a size is none that the op takes, nothing tells one, or a whole number is beyond its bound.
pub(super) fn sizes(
    signature: &Signature,
    sampling: &Sampling,
    given: &BTreeMap<String, Value>,
    told: &Dims,
) -> Result<Dims, RunError> {
    let mut sizes = Sizes::new(signature, told)?;
    // What follows from several dimensions is compared once they are known.
    for derived in [false, true] {
        for port in signature.ports() {
            if let Some(shape) = given.get(&port.name).and_then(Value::shape) {
                sizes.take(port, shape, derived)?;
            }
        }
    }
    let dims = sizes.finish(sampling)?;
    for (port, below) in signature.integers() {
        if let Some(Value::Integers(tensor)) = given.get(&port.name) {
            check_below(signature, port, tensor.greatest(), below, &dims)?;
        }
    }
    Ok(dims)
}

/// Sizes as they become known.
struct Sizes<'s> {
    signature: &'s Signature,
    known: Dims,
    /// Which port told a size first, and what shape it has.
    from: BTreeMap<String, String>,
}

impl<'s> Sizes<'s> {
    fn new(signature: &'s Signature, told: &Dims) -> Result<Sizes<'s>, RunError> {
        let names = signature.dims();
        if let Some((name, _)) = told.iter().find(|(name, _)| !names.contains(name)) {
            let known = names.iter().map(|name| name.to_string());
            return Err(RunError::Unknown {
                op: signature.name().to_string(),
                name: name.to_string(),
                what: "dimension",
                help: suggest(name, known),
            });
        }
        let from = told.iter().map(|(name, _)| {
            let told = "by `Inputs::size` it is".to_string();
            (name.to_string(), told)
        });
        Ok(Sizes {
            signature,
            known: told.clone(),
            from: from.collect(),
        })
    }

    /// What the shape of a port's tensor tells: of dimensions and multiples of them, or of sizes that are derived otherwise.
    fn take(&mut self, port: &Port, shape: &[usize], derived: bool) -> Result<(), RunError> {
        if shape.len() != port.dims.len() {
            return Err(RunError::Rank {
                op: self.signature.name().to_string(),
                name: port.name.clone(),
                got: shape.to_vec(),
                want: written(&port.dims, &self.known),
            });
        }
        for (dim, size) in port.dims.iter().zip(shape) {
            let taken = match (is_derived(dim), derived) {
                (false, false) => self.take_one(port, shape, dim, *size),
                (true, true) => self.compare(dim, *size),
                _ => Ok(()),
            };
            if let Err(problem) = taken {
                let name = &port.name;
                let message = format!(
                    "`{name}` has the shape {shape:?}, in which `{dim}` is {size}{problem}"
                );
                return Err(self.wrong(message));
            }
        }
        Ok(())
    }

    /// What one extent tells, or what is wrong with it.
    fn take_one(
        &mut self,
        port: &Port,
        shape: &[usize],
        dim: &str,
        size: usize,
    ) -> Result<(), String> {
        let (factor, base) = multiple(dim);
        if !size.is_multiple_of(factor) {
            return Err(format!(", which is no multiple of {factor}"));
        }
        let Some(before) = self.known.get(base) else {
            let from = format!("by `{}` of shape {shape:?} it is", port.name);
            self.known.set(base, size / factor);
            self.from.insert(base.to_string(), from);
            return Ok(());
        };
        match before.saturating_mul(factor) {
            same if same == size => Ok(()),
            other => {
                let from = self.from.get(base).cloned().unwrap_or_default();
                Err(format!("; {from} {other}"))
            }
        }
    }

    /// That a size is what follows from those of dimensions.
    fn compare(&self, dim: &str, size: usize) -> Result<(), String> {
        match self.known.get(dim) {
            Some(other) if other != size => {
                let known = names(dim).filter_map(|name| Some((name, self.known.get(name)?)));
                Err(format!("; with {} it is {other}", Dims::new(known)))
            }
            _ => Ok(()),
        }
    }

    /// All sizes, in the order of the signature.
    fn finish(self, sampling: &Sampling) -> Result<Dims, RunError> {
        let mut dims = Dims::default();
        for name in self.signature.dims() {
            let factor = sampling.multiple_of(name);
            match self.known.get(name) {
                None => {
                    return Err(self.wrong(format!(
                        "no input that is given tells the size of `{name}`; give it with `Inputs::size`"
                    )));
                }
                Some(0) => {
                    return Err(self.wrong(format!("`{name}` is 0, and an op takes at least 1")));
                }
                Some(size) if !size.is_multiple_of(factor) => {
                    return Err(self.wrong(format!(
                        "`{name}` is {size}, and the op takes multiples of {factor}"
                    )));
                }
                Some(size) => dims.set(name, size),
            }
        }
        let mut derived = self.signature.derived();
        match derived.find(|dim| dims.get(dim) == Some(0)) {
            None => Ok(dims),
            Some(dim) => Err(self.wrong(format!(
                "`{dim}` is 0 with {dims}, and an op takes at least 1"
            ))),
        }
    }

    fn wrong(&self, message: String) -> RunError {
        let op = self.signature.name().to_string();
        RunError::Size { op, message }
    }
}

/// Whether a size is neither a dimension nor a multiple of one.
fn is_derived(dim: &str) -> bool {
    let (_, base) = multiple(dim);
    names(base).ne([base])
}

fn check_below(
    signature: &Signature,
    port: &Port,
    greatest: Option<(usize, u32)>,
    below: &str,
    dims: &Dims,
) -> Result<(), RunError> {
    let size = dims.get(below).unwrap_or(0);
    match greatest {
        Some((index, value)) if usize::try_from(value).is_ok_and(|value| value >= size) => {
            Err(RunError::Beyond {
                op: signature.name().to_string(),
                port: port.name.clone(),
                index,
                value,
                dim: below.to_string(),
                size,
            })
        }
        _ => Ok(()),
    }
}
