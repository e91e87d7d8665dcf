//! The rules of ops made of others.

use super::Sampling;
use crate::dims::Dims;

impl Sampling {
    /// The rules of an op made of two: those of both, the first's where both have one.
    pub(crate) fn merged(mut self, other: Sampling) -> Sampling {
        for (port, draw) in other.draws {
            self.draws.entry(port).or_insert(draw);
        }
        self.unreachable.extend(other.unreachable);
        self.undefined = both(self.undefined, other.undefined);
        self.ties = both(self.ties, other.ties);
        for (dim, n) in other.multiples {
            let both = self.multiples.entry(dim).or_insert(1);
            *both = lcm(*both, n);
        }
        // What is large for a part may be too much for the whole: it may say so.
        if self.greatest.is_empty() {
            self.greatest = other.greatest;
        }
        self
    }

    /// The rules under other names for ports and dimensions, without those of what has none.
    pub(crate) fn renamed(
        self,
        port: impl Fn(&str) -> Option<String>,
        dim: impl Fn(&str) -> Option<String>,
    ) -> Sampling {
        let mut renamed = Sampling {
            undefined: self.undefined,
            ties: self.ties,
            ..Sampling::default()
        };
        for (name, draw) in self.draws {
            if let Some(name) = port(&name) {
                renamed.draws.entry(name).or_insert(draw);
            }
        }
        for (name, n) in self.multiples {
            if let Some(name) = dim(&name) {
                let both = renamed.multiples.entry(name).or_insert(1);
                *both = lcm(*both, n);
            }
        }
        for sizes in self.greatest {
            let mut dims = Dims::default();
            for (name, size) in sizes.iter() {
                if let Some(name) = dim(name) {
                    // Of two that are one here, the smaller.
                    let size = dims.get(&name).map_or(size, |other| other.min(size));
                    dims.set(name, size);
                }
            }
            renamed.greatest.push(dims);
        }
        renamed
    }
}

/// The reasons of two parts.
fn both(one: Option<String>, two: Option<String>) -> Option<String> {
    match (one, two) {
        (Some(one), Some(two)) => Some(format!("{one}; {two}")),
        (one, two) => one.or(two),
    }
}

fn lcm(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}
