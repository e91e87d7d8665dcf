//! What rules say of ports, and rules that make no sense.

use super::{PortValues, Sampling};
use crate::dims::Dims;
use crate::signature::Signature;

impl PortValues {
    /// What makes no sense.
    fn mistake(&self) -> Option<String> {
        match self {
            PortValues::Uniform(low, high)
                if !(low.is_finite() && high.is_finite() && low <= high) =>
            {
                Some(format!(
                    "goes from {low} to {high}: give it two numbers, the lower first"
                ))
            }
            PortValues::OneOf(list) if list.is_empty() => Some("is an empty list".to_string()),
            // A mask value may be in a list.
            PortValues::OneOf(list) if list.iter().any(|x| x.is_nan() || *x == f32::INFINITY) => {
                Some(format!("is a list of what is no number: {list:?}"))
            }
            _ => None,
        }
    }
}

impl Sampling {
    /// The first rule that makes no sense, or speaks of what is not there.
    pub(crate) fn mistake(&self, signature: &Signature) -> Option<String> {
        let reals = || signature.inputs().chain(signature.constants());
        let rules = self.draws.iter().map(|(name, draw)| {
            if !reals().any(|port| port.name == *name) {
                let known: Vec<String> = reals().map(|port| format!("`{}`", port.name)).collect();
                let known = known.join(", ");
                return Some(format!(
                    "the sampling has a rule for `{name}`, which is no input or constant; there are: {known}"
                ));
            }
            let what = draw.mistake()?;
            Some(format!("the sampling's rule for `{name}` {what}"))
        });
        let multiples = self.multiples.keys().map(|dim| {
            let dims = signature.dims();
            (!dims.contains(&dim.as_str())).then(|| {
                let known = dims.join("`, `");
                format!("the sampling makes `{dim}` a multiple, which is no dimension; there are: `{known}`")
            })
        });
        let greatest = self.greatest.iter().flat_map(Dims::iter).map(|(dim, size)| {
            let dims = signature.dims();
            let multiple = self.multiple_of(dim);
            if !dims.contains(&dim) {
                let known = dims.join("`, `");
                return Some(format!("the sampling declares a greatest `{dim}`, which is no dimension; there are: `{known}`"));
            }
            let fits = size > 0 && size.is_multiple_of(multiple);
            (!fits).then(|| {
                format!("the sampling declares that `{dim}` is {size} at most: give it a multiple of {multiple}, at least that")
            })
        });
        let huge = self.mistake_of_huge(signature);
        let all = rules.chain(multiples).chain(greatest).chain([huge]);
        all.flatten().next()
    }

    /// Whether the port may hold this number; if it must be `inside`, with neighbours on both sides.
    pub(crate) fn allows(&self, port: &str, value: f32, inside: bool) -> bool {
        match self.draws.get(port) {
            None => true,
            Some(PortValues::Uniform(low, high)) if inside => *low < value && value < *high,
            Some(PortValues::Uniform(low, high)) => (*low..=*high).contains(&value),
            Some(PortValues::OneOf(list)) => list.contains(&value),
        }
    }

    /// Whether no rule names the port.
    pub(crate) fn is_free(&self, port: &str) -> bool {
        !self.draws.contains_key(port)
    }

    /// Whether the port's elements come from a list.
    pub(crate) fn is_list(&self, port: &str) -> bool {
        matches!(self.draws.get(port), Some(PortValues::OneOf(_)))
    }

    /// Between which numbers the port's elements lie, where a rule says so.
    pub(crate) fn bounds(&self, port: &str) -> Option<[f64; 2]> {
        match self.draws.get(port)? {
            PortValues::Uniform(low, high) => Some([(*low).into(), (*high).into()]),
            PortValues::OneOf(_) => None,
        }
    }

    /// Whether the port always has one value.
    pub(crate) fn is_fixed(&self, port: &str) -> bool {
        match self.draws.get(port) {
            None => false,
            Some(PortValues::Uniform(low, high)) => low == high,
            Some(PortValues::OneOf(list)) => list.len() == 1,
        }
    }
}
