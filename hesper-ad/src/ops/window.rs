//! Windows that slide along an axis, shared by convolutions and pooling.

use crate::prelude::*;

/// How a window of `kernel` places slides along an axis: from `padding` places before it to as many behind it, `stride` places at a time, its own places `dilation` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Places of the window, at least 1.
    pub kernel: usize,
    /// Places between one position of the window and the next, at least 1.
    pub stride: usize,
    /// Places that the axis is longer at each end.
    pub padding: usize,
    /// Places between two of the window, at least 1.
    pub dilation: usize,
}

/// What slides along an axis of one.
pub(super) const ONE: Window = Window {
    kernel: 1,
    stride: 1,
    padding: 0,
    dilation: 1,
};

shader! {
    /// Whether a place of the padded axis lies on the axis of n places.
    pub fn is_on(place: u32, padding: u32, n: u32) -> bool {
        place >= padding && place < padding + n
    }

    /// How many places one is past another; none where it lies before it.
    pub fn past(place: u32, other: u32) -> u32 {
        place.max(other) - other
    }

    /// Whether a window that slides so may have its place `offset` on the place of the padded axis.
    pub fn meets(place: u32, offset: u32, stride: u32) -> bool {
        place >= offset && past(place, offset) % stride == 0
    }
}

impl Window {
    /// The number of its positions on an axis of `n`, `⌊(n + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1`, as a dimension of a signature.
    pub(super) fn positions(&self, n: &str) -> String {
        let span = self.dilation * (self.kernel.max(1) - 1) + 1;
        // With a stride of 1 the last position adds to what is free, and an axis as long as before keeps its name.
        let more = 2 * self.padding + usize::from(self.stride == 1);
        let free = match more.cmp(&span) {
            std::cmp::Ordering::Less => format!("{n}-{}", span - more),
            std::cmp::Ordering::Equal => n.to_string(),
            std::cmp::Ordering::Greater => format!("{n}+{}", more - span),
        };
        match self.stride {
            1 => free,
            stride => format!("({free})/{stride}+1"),
        }
    }

    /// The size of an axis of which its positions are `n` and `more` places are left: `(n − 1)·stride + dilation·(kernel − 1) + 1 − 2·padding + more`, as a dimension of a
    /// signature.
    pub(super) fn span(&self, n: &str, more: usize) -> String {
        let places = match self.stride {
            1 => n.to_string(),
            stride => format!("{stride}*{n}"),
        };
        let longer = self.dilation * (self.kernel.max(1) - 1) + 1 + more;
        let shorter = self.stride + 2 * self.padding;
        match longer.cmp(&shorter) {
            std::cmp::Ordering::Less => format!("{places}-{}", shorter - longer),
            std::cmp::Ordering::Equal => places,
            std::cmp::Ordering::Greater => format!("{places}+{}", longer - shorter),
        }
    }

    /// Which place of an axis of `n` a place of the window is on, at one of its positions; none in the padding.
    pub(super) fn place(&self, position: usize, offset: usize, n: usize) -> Option<usize> {
        let place = position * self.stride + offset * self.dilation;
        place.checked_sub(self.padding).filter(|place| *place < n)
    }
}

/// The same number of two windows as text: `2×1`.
pub(super) fn times(windows: [Window; 2], number: impl Fn(&Window) -> usize) -> String {
    let [rows, cols] = windows;
    format!("{}×{}", number(&rows), number(&cols))
}

/// All indices of a shape, in row-major order.
pub(super) fn indices<const N: usize>(shape: [usize; N]) -> impl Iterator<Item = [usize; N]> {
    (0..shape.iter().product()).map(move |flat: usize| {
        let mut rest = flat;
        let mut index = [0; N];
        for (i, n) in index.iter_mut().zip(shape).rev() {
            *i = rest % n;
            rest /= n;
        }
        index
    })
}

/// The sums of terms, each belonging to an element of a shape.
pub(super) fn sums<const N: usize>(
    cx: &Context,
    shape: [usize; N],
    terms: impl Iterator<Item = ([usize; N], Real)>,
) -> Tensor {
    let mut all = Tensor::from_fn(shape, |_| Vec::new());
    terms.for_each(|(at, term)| all[at].push(term));
    all.map(|terms| cx.sum(terms.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_within_the_padded_axis() {
        for kernel in 1..4 {
            for (stride, padding, dilation) in [(1, 0, 1), (2, 1, 1), (3, 2, 2), (1, 1, 3)] {
                let window = Window {
                    kernel,
                    stride,
                    padding,
                    dilation,
                };
                for n in 1..12 {
                    let last = |position: usize| position * stride + (kernel - 1) * dilation;
                    let fits = (0..30).filter(|position| last(*position) < n + 2 * padding);
                    let size = Dims::new([("n", n)]).get(&window.positions("n"));
                    assert_eq!(size, Some(fits.count()), "{window:?} on {n}");
                }
            }
        }
    }

    #[test]
    fn a_span_is_as_long_as_its_positions_and_what_is_left() {
        for kernel in 1..4 {
            for (stride, padding, dilation) in [(1, 0, 1), (2, 1, 1), (3, 0, 2), (1, 1, 3)] {
                let window = Window {
                    kernel,
                    stride,
                    padding,
                    dilation,
                };
                for (n, more) in [(4, 0), (7, 0), (5, stride - 1)] {
                    let dims = Dims::new([("n", n)]);
                    let size = dims.get(&window.span("n", more)).unwrap();
                    let back = Dims::new([("size", size)]).get(&window.positions("size"));
                    assert_eq!(back, Some(n), "{window:?} and {more} more");
                    let last = (n - 1) * stride + (kernel - 1) * dilation + 1;
                    assert_eq!(size + 2 * padding, last + more, "{window:?}");
                }
            }
        }
    }
}
