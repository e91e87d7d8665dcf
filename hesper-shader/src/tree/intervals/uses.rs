//! Where it matters that an integer may have wrapped.

use super::Walk;
use super::launch::Product;
use super::range::Range;
use crate::tree::{ExprId, Loc, Place, Root, Step};
use std::fmt;

/// An operation on integers that may wrap, and where its result goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrap {
    /// The operation.
    pub loc: Loc,
    /// What it does: `*`, `as`, `global_index`.
    pub what: &'static str,
    /// Where its exact result lies.
    pub exact: Range,
    /// What its result is used for.
    pub used: Use,
    /// Where.
    pub used_at: Loc,
    /// Whether it does wrap in a lane that gets there; else ranges alone do not tell.
    pub certain: bool,
}

/// What an integer is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// An index of this variable.
    Index(String),
    /// A side of a comparison.
    Comparison,
    /// The number of iterations of a loop.
    Trips,
    /// An element of this buffer.
    Stored(String),
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Use::Index(name) => write!(f, "an index of `{name}`"),
            Use::Comparison => f.write_str("a comparison"),
            Use::Trips => f.write_str("a number of iterations"),
            Use::Stored(name) => write!(f, "an element of `{name}`"),
        }
    }
}

impl fmt::Display for Wrap {
    /// ``the `*` at src/a.rs:3:9 wraps: 0 to 5000000000, for an index of `x` ``, with the line of the use where it is another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wraps = if self.certain { "wraps" } else { "may wrap" };
        let Wrap {
            loc,
            what,
            exact,
            used,
            used_at,
            ..
        } = self;
        write!(
            f,
            "the `{what}` at {loc} {wraps}: it is {exact}, for {used}"
        )?;
        if used_at.0.line() != loc.0.line() || used_at.0.file() != loc.0.file() {
            write!(f, " at {used_at}")?;
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// An integer is used here.
    pub(super) fn used(&mut self, k: usize, id: ExprId, used: impl FnOnce() -> Use, at: Loc) {
        if !self.frames[k].state.reached {
            return;
        }
        self.found.looked += usize::from(!self.quiet);
        let Some(origin) = self.value(k, id).wrap else {
            return;
        };
        if self.quiet {
            return;
        }
        let certain = self.is_certain(k, id, origin);
        let known = self.found.wraps.iter_mut().find(|w| w.loc == origin.loc);
        match known {
            Some(known) if known.certain || !certain => {}
            known => {
                let wrap = Wrap {
                    loc: origin.loc,
                    what: origin.what,
                    exact: origin.exact,
                    used: used(),
                    used_at: at,
                    certain,
                };
                match known {
                    Some(known) => *known = wrap,
                    None => self.found.wraps.push(wrap),
                }
            }
        }
    }

    /// The indices of a place are used, and lie within it from here on: what does not is another mistake.
    pub(super) fn indexed(&mut self, k: usize, place: &Place, at: Loc) {
        let lengths = self.lengths(k, place.root);
        let mut dimension = 0;
        for step in &place.path {
            if let Step::Index(id) = step {
                let name = self.name(k, place.root);
                self.used(k, *id, || Use::Index(name), at);
                if let Some(length) = lengths.get(dimension) {
                    self.narrow(k, *id, Range::new(0, length - 1));
                    if dimension == 0
                        && let Some(product) = self.length(place.root)
                    {
                        self.keep_below(k, *id, product);
                    }
                }
                dimension += 1;
            }
        }
    }

    /// The length of a buffer as a product of sizes.
    fn length(&self, root: Root) -> Option<Product> {
        match root {
            Root::Storage(id) => self.launch.params.get(id.index())?.symbol.clone(),
            Root::Workgroup(_) | Root::Local(_) => None,
        }
    }

    /// The greatest length of each dimension.
    fn lengths(&self, k: usize, root: Root) -> Vec<i128> {
        match root {
            Root::Storage(id) => {
                let known = self.launch.params.get(id.index());
                let inner = self.tree.field(id).map_or(&[][..], |(_, leaf)| &leaf.dims);
                let inner = inner.iter().map(|n| i128::from(*n));
                known
                    .map(|known| known.value.high)
                    .into_iter()
                    .chain(inner)
                    .collect()
            }
            Root::Workgroup(id) => {
                let dims = self.tree.workgroup.get(id.index()).map(|v| &v.dims);
                dims.into_iter().flatten().map(|n| i128::from(*n)).collect()
            }
            Root::Local(id) => {
                let local = self.frames[k].function.locals.get(id.index());
                let dims = local.map(|local| &local.dims).into_iter().flatten();
                dims.map(|n| i128::from(*n)).collect()
            }
        }
    }

    pub(super) fn name(&self, k: usize, root: Root) -> String {
        let name = match root {
            Root::Storage(id) => self.tree.params.get(id.index()).map(|p| &p.name),
            Root::Workgroup(id) => self.tree.workgroup.get(id.index()).map(|v| &v.name),
            Root::Local(id) => {
                let local = self.frames[k].function.locals.get(id.index());
                local.map(|local| &local.name)
            }
        };
        name.cloned().unwrap_or_default()
    }
}
