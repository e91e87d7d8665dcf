//! What is known of a dispatch before it runs.

use super::range::Range;
use crate::tree::{ParamKind, Tree, Type};
use std::collections::BTreeMap;

/// What is known of a dispatch before it runs.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Of each parameter, in declaration order.
    pub params: Vec<Known>,
    /// Workgroups in x, y and z.
    pub groups: [Range; 3],
}

/// What is known of a parameter.
#[derive(Clone, Debug)]
pub struct Known {
    /// The value of one that is given by value, or the length of a buffer.
    pub value: Range,
    /// The same as a product of sizes, where it is one at every size.
    pub symbol: Option<Product>,
    /// Where the elements of a buffer of integers lie.
    pub elements: Range,
    /// What all elements lie below.
    pub below: Option<Product>,
}

impl Launch {
    /// Nothing is known but the types, over so many workgroups.
    pub fn any(tree: &Tree, groups: [Range; 3]) -> Launch {
        let known = |kind: ParamKind| match kind {
            ParamKind::Uniform(scalar) => Known::of(Range::of(scalar), Type::scalar(scalar)),
            ParamKind::Storage { element, .. } => Known::of(Range::of(Type::U32.scalar), element),
        };
        Launch {
            params: tree.params.iter().map(|p| known(p.kind)).collect(),
            groups,
        }
    }
}

impl Known {
    fn of(value: Range, element: Type) -> Known {
        Known {
            value,
            symbol: None,
            elements: Range::of(element.scalar),
            below: None,
        }
    }
}

/// A product of sizes by name: `2*rows*cols`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    factor: u64,
    /// How often each size is a factor; never 0 times.
    sizes: BTreeMap<String, u32>,
}

impl Product {
    /// A number times sizes.
    pub fn new<'n>(factor: u64, sizes: impl IntoIterator<Item = &'n str>) -> Product {
        let mut all = BTreeMap::new();
        for size in sizes {
            *all.entry(size.to_string()).or_insert(0) += 1;
        }
        Product { factor, sizes: all }
    }

    pub(super) fn times(&self, other: &Product) -> Option<Product> {
        let mut sizes = self.sizes.clone();
        for (size, n) in &other.sizes {
            *sizes.entry(size.clone()).or_insert(0) += n;
        }
        let factor = self.factor.checked_mul(other.factor)?;
        Some(Product { factor, sizes })
    }

    /// The quotient, where it leaves no remainder at any sizes.
    pub(super) fn over(&self, other: &Product) -> Option<Product> {
        if other.factor == 0 || !self.factor.is_multiple_of(other.factor) {
            return None;
        }
        let mut sizes = self.sizes.clone();
        for (size, n) in &other.sizes {
            let here = sizes.get_mut(size)?;
            *here = here.checked_sub(*n)?;
        }
        sizes.retain(|_, n| *n > 0);
        Some(Product {
            factor: self.factor / other.factor,
            sizes,
        })
    }
}
