//! Rust locations carried through naga.
//!
//! naga's spans are opaque here: the span `id..id + 1` stands for entry `id` of a table of locations.

use naga::{Span, WithSpan};

use crate::tree::Loc;

/// The table of locations; entry 0 is the kernel itself, since naga reads the span 0..0 as none.
pub(super) struct Spans(Vec<Loc>);

impl Spans {
    pub(super) fn new(kernel: Loc) -> Spans {
        Spans(vec![kernel])
    }

    /// A span that stands for `loc`.
    pub(super) fn of(&mut self, loc: Loc) -> Span {
        if self.0.last() != Some(&loc) {
            self.0.push(loc);
        }
        let id = (self.0.len() - 1) as u32;
        Span::new(id, id + 1)
    }

    /// The location of naga's error; the first span is the culprit, the others are context.
    pub(super) fn locate<E>(&self, error: &WithSpan<E>) -> Option<Loc> {
        error.spans().find_map(|(span, _)| {
            let range = span.to_range()?;
            self.0.get(range.start).copied()
        })
    }
}
