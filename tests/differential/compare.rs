//! Results against what WGSL allows: integers exactly, reals within their intervals.

use super::interval::Interval;
use hesper_shader::Memory;
use hesper_shader::tree::{Access, ParamKind, Tree};

/// How many numbers were compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Integers, and reals that have one value only.
    pub exact: usize,
    /// Reals within an interval.
    pub bounded: usize,
    /// Reals of which WGSL says nothing: not compared.
    pub unbounded: usize,
}

impl Tally {
    /// Those of another case too.
    pub fn add(&mut self, other: Tally) {
        self.exact += other.exact;
        self.bounded += other.bounded;
        self.unbounded += other.unbounded;
    }

    /// All numbers compared.
    pub fn compared(&self) -> usize {
        self.exact + self.bounded
    }
}

/// A number that is not allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Among the buffers that are written.
    pub buffer: usize,
    /// The component, counted through all elements.
    pub component: usize,
    /// What there should be.
    pub allowed: String,
    /// What there is.
    pub found: String,
}

/// Compares written buffers.
///
/// # Errors
/// The first number that is not allowed.
pub fn compare(allowed: &[Memory<Interval>], found: &[Memory<f32>]) -> Result<Tally, Difference> {
    let mut tally = Tally::default();
    for (buffer, allowed) in allowed.iter().enumerate() {
        let difference = |component, allowed, found| Difference {
            buffer,
            component,
            allowed,
            found,
        };
        let found = found.get(buffer);
        let unequal = match (allowed, found) {
            (Memory::F32(a), Some(Memory::F32(b))) if a.len() == b.len() => {
                count(a, &mut tally);
                let mut pairs = a.iter().zip(b);
                let at = pairs.position(|(allowed, found)| !allowed.holds(*found));
                at.map(|i| (i, range(a[i]), format!("{:?}", b[i])))
            }
            (Memory::I32(a), Some(Memory::I32(b))) if a.len() == b.len() => {
                tally.exact += a.len();
                unequal(a, b)
            }
            (Memory::U32(a), Some(Memory::U32(b))) if a.len() == b.len() => {
                tally.exact += a.len();
                unequal(a, b)
            }
            _ => Some((
                0,
                "a buffer of another size or type".into(),
                format!("{found:?}"),
            )),
        };
        if let Some((component, allowed, found)) = unequal {
            return Err(difference(component, allowed, found));
        }
    }
    Ok(tally)
}

fn count(allowed: &[Interval], tally: &mut Tally) {
    for interval in allowed {
        match interval {
            interval if interval.is_unbounded() => tally.unbounded += 1,
            interval if interval.is_point() => tally.exact += 1,
            _ => tally.bounded += 1,
        }
    }
}

fn unequal<T: PartialEq + ToString>(a: &[T], b: &[T]) -> Option<(usize, String, String)> {
    let at = a.iter().zip(b).position(|(a, b)| a != b)?;
    Some((at, a[at].to_string(), b[at].to_string()))
}

fn range(interval: Interval) -> String {
    if interval.is_point() {
        format!("{:?}", interval.low as f32)
    } else {
        format!("{:?} to {:?}", interval.low as f32, interval.high as f32)
    }
}

/// The difference by the names of a kernel.
pub(crate) fn describe(tree: &Tree, difference: &Difference) -> String {
    let mut written = tree.params.iter().filter_map(|param| match param.kind {
        ParamKind::Storage { access, element } if access != Access::Read => Some((param, element)),
        _ => None,
    });
    let Difference {
        buffer,
        component,
        allowed,
        found,
    } = difference;
    let place = match written.nth(*buffer) {
        Some((param, element)) => {
            let size = usize::from(element.size);
            let (index, part) = (component / size, component % size);
            let part = ["", ".x", ".y", ".z", ".w"][if size == 1 { 0 } else { part + 1 }];
            format!("{}[{index}]{part}", param.name)
        }
        None => "?".to_string(),
    };
    format!("{place} is {found}, and should be {allowed}")
}
