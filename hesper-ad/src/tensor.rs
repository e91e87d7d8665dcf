//! Tensors of specs: a shape and row-major data over any value.

use crate::dims::elements;
use crate::tape::Real;
use crate::tape::{MOST, too_many_elements};
use std::fmt;
use std::ops::{Index, IndexMut};

/// A tensor: row-major data with a shape. Rank 0 holds one element.
///
/// Indexing and the elementwise methods panic on mismatched shapes, as slices do; a check that runs a spec turns such a
/// panic into a failed finding with its message.
///
/// ```
/// use hesper_ad::Tensor;
/// let x = Tensor::new([2, 3], vec![1, 2, 3, 4, 5, 6])?;
/// assert_eq!(x[[1, 0]], 4);
/// assert_eq!(x.reduce_rows(|row| row.iter().sum::<i32>()).data(), [6, 15]);
/// # Ok::<(), hesper_ad::ShapeError>(())
/// ```
///
/// A `Tensor` is one of [`Real`]s, where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<T = Real> {
    shape: Vec<usize>,
    data: Vec<T>,
}

/// The data does not fill the shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{len} elements do not fill the shape {shape:?}")]
pub struct ShapeError {
    /// The shape asked for.
    pub shape: Vec<usize>,
    /// Number of elements given.
    pub len: usize,
}

impl<T> Tensor<T> {
    /// A tensor of row-major data.
    ///
    /// # Errors
    /// Where the number of elements is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<T>) -> Result<Tensor<T>, ShapeError> {
        let shape = shape.into();
        if elements(&shape) == Some(data.len()) {
            Ok(Tensor { shape, data })
        } else {
            let len = data.len();
            Err(ShapeError { shape, len })
        }
    }

    /// A tensor of rank 0.
    pub fn scalar(value: T) -> Tensor<T> {
        Tensor {
            shape: Vec::new(),
            data: vec![value],
        }
    }

    /// A tensor of rank 1 without elements.
    pub fn empty() -> Tensor<T> {
        Tensor {
            shape: vec![0],
            data: Vec::new(),
        }
    }

    /// The element at every index, in row-major order.
    ///
    /// ```
    /// # use hesper_ad::Tensor;
    /// let x = Tensor::from_fn([2, 3], |[i, j]| 10 * i + j);
    /// assert_eq!(x.data(), [0, 1, 2, 10, 11, 12]);
    /// ```
    ///
    /// # Panics
    /// Where there are more elements than a spec can record, 30 million.
    #[track_caller]
    pub fn from_fn<const N: usize>(
        shape: [usize; N],
        mut f: impl FnMut([usize; N]) -> T,
    ) -> Tensor<T> {
        let len = filling(&shape);
        let data = (0..len)
            .map(|flat| {
                let mut rest = flat;
                let mut index = [0; N];
                for (i, n) in index.iter_mut().zip(shape).rev() {
                    *i = rest % n;
                    rest /= n;
                }
                f(index)
            })
            .collect();
        Tensor {
            shape: shape.to_vec(),
            data,
        }
    }

    /// The extents, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements in row-major order.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The elements in row-major order.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The elements in row-major order.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Extent of the last axis; 1 for rank 0.
    pub fn row_len(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    /// The rows: slices along the last axis. None where the tensor is empty.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.data.chunks(self.row_len().max(1))
    }

    /// The index of an element given by its position in row-major order.
    pub fn index_of(&self, flat: usize) -> Vec<usize> {
        let mut rest = flat;
        let mut index: Vec<usize> = self
            .shape
            .iter()
            .rev()
            .map(|n| {
                let i = rest % n.max(&1);
                rest /= n.max(&1);
                i
            })
            .collect();
        index.reverse();
        index
    }

    /// The same shape in new numbers.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Tensor<U> {
        Tensor {
            shape: self.shape.clone(),
            data: self.data.iter().map(f).collect(),
        }
    }

    /// The same elements in another shape, row-major as before.
    ///
    /// # Panics
    /// Where they do not fill it.
    #[track_caller]
    pub fn reshaped(self, shape: impl Into<Vec<usize>>) -> Tensor<T> {
        let shape = shape.into();
        assert_eq!(
            elements(&shape),
            Some(self.data.len()),
            "{:?} cannot become {shape:?}",
            self.shape
        );
        Tensor { shape, ..self }
    }

    /// Elementwise over two tensors.
    ///
    /// # Panics
    /// Where the shapes differ.
    #[track_caller]
    pub fn zip<U, V>(&self, other: &Tensor<U>, mut f: impl FnMut(&T, &U) -> V) -> Tensor<V> {
        assert_eq!(self.shape, other.shape, "zip needs equal shapes");
        let data = self.data.iter().zip(&other.data).map(|(a, b)| f(a, b));
        Tensor {
            shape: self.shape.clone(),
            data: data.collect(),
        }
    }

    /// One number per row: the last axis is gone.
    pub fn reduce_rows<U>(&self, f: impl FnMut(&[T]) -> U) -> Tensor<U> {
        let outer = self.shape.len().saturating_sub(1);
        Tensor {
            shape: self.shape[..outer].to_vec(),
            data: self.rows().map(f).collect(),
        }
    }

    /// One new row, of the same length, per row.
    ///
    /// # Panics
    /// Where a new row has another length.
    #[track_caller]
    pub fn map_rows<U>(&self, mut f: impl FnMut(&[T]) -> Vec<U>) -> Tensor<U> {
        let rows = self.rows().map(|row| (f(row), row.len()));
        let data = rows.flat_map(|(new, len)| same_len(new, len)).collect();
        Tensor {
            shape: self.shape.clone(),
            data,
        }
    }

    /// One new row, of the same length, per pair of rows of two tensors.
    ///
    /// # Panics
    /// Where the shapes differ, or a new row has another length.
    #[track_caller]
    pub fn zip_rows<U, V>(
        &self,
        other: &Tensor<U>,
        mut f: impl FnMut(&[T], &[U]) -> Vec<V>,
    ) -> Tensor<V> {
        assert_eq!(self.shape, other.shape, "zip_rows needs equal shapes");
        let rows = self.rows().zip(other.rows());
        let data = rows.flat_map(|(a, b)| same_len(f(a, b), a.len())).collect();
        Tensor {
            shape: self.shape.clone(),
            data,
        }
    }

    /// Where an index lies in row-major order.
    #[track_caller]
    fn flat(&self, index: &[usize]) -> usize {
        let inside =
            index.len() == self.shape.len() && index.iter().zip(&self.shape).all(|(i, n)| i < n);
        assert!(
            inside,
            "index {index:?} lies outside the shape {:?}",
            self.shape
        );
        index
            .iter()
            .zip(&self.shape)
            .fold(0, |at, (i, n)| at * n + i)
    }
}

impl<T: Clone> Tensor<T> {
    /// The same value everywhere.
    ///
    /// # Panics
    /// Where there are more elements than a spec can record, 30 million.
    #[track_caller]
    pub fn filled(shape: impl Into<Vec<usize>>, value: T) -> Tensor<T> {
        let shape = shape.into();
        let data = vec![value; filling(&shape)];
        Tensor { shape, data }
    }
}

impl<T, const N: usize> Index<[usize; N]> for Tensor<T> {
    type Output = T;

    #[track_caller]
    fn index(&self, index: [usize; N]) -> &T {
        &self.data[self.flat(&index)]
    }
}

impl<T, const N: usize> IndexMut<[usize; N]> for Tensor<T> {
    #[track_caller]
    fn index_mut(&mut self, index: [usize; N]) -> &mut T {
        let flat = self.flat(&index);
        &mut self.data[flat]
    }
}

impl<T: fmt::Display> fmt::Display for Tensor<T> {
    /// The shape and all elements in row-major order: `[2, 2] 1 2 3 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shape)?;
        self.data.iter().try_for_each(|x| write!(f, " {x}"))
    }
}

/// So many elements are no large size, but a mistake, as a size that wrapped below zero.
const ABSURD: usize = 1 << 40;

/// The number of elements of a shape that is to be filled. Memory that is not there would end the program, and no check could tell.
#[track_caller]
fn filling(shape: &[usize]) -> usize {
    match elements(shape) {
        Some(len) if len <= MOST => len,
        Some(len) if len < ABSURD => too_many_elements(shape),
        _ => panic!("a tensor of shape {shape:?} has more than {MOST} elements"),
    }
}

#[track_caller]
fn same_len<T>(row: Vec<T>, len: usize) -> Vec<T> {
    assert_eq!(row.len(), len, "a new row needs the length of the old");
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        for (shape, len, fits) in [
            (vec![2, 3], 6, true),
            (vec![], 1, true),
            (vec![], 0, false),
            (vec![0, 5], 0, true),
            (vec![2, 3], 5, false),
            (vec![usize::MAX, 2], 0, false),
            (vec![usize::MAX, 2, 0], 0, true),
        ] {
            assert_eq!(
                Tensor::new(shape.clone(), vec![0; len]).is_ok(),
                fits,
                "{shape:?}"
            );
        }
    }

    #[test]
    fn rows_run_along_the_last_axis() {
        let x = Tensor::from_fn([2, 2, 3], |[i, j, k]| 100 * i + 10 * j + k);
        assert_eq!(x.rows().nth(2), Some(&[100, 101, 102][..]));
        assert_eq!(x.reduce_rows(|r| r[0]).shape(), [2, 2]);
        assert_eq!(x.index_of(11), [1, 1, 2]);
        assert_eq!(x[[1, 0, 2]], 102);
        let reversed = x.map_rows(|r| r.iter().rev().copied().collect());
        assert_eq!(reversed.zip(&x, |a, b| a + 2 - b).data()[..3], [4, 2, 0]);
        assert_eq!(Tensor::scalar(7).rows().count(), 1);
        assert_eq!(Tensor::<u8>::new([3, 0], vec![]).unwrap().rows().count(), 0);
    }

    #[test]
    #[should_panic(
        expected = "a tensor of shape [1099511627776, 1099511627776] has more than 30000000 elements"
    )]
    fn too_many_elements_are_refused() {
        let _ = Tensor::filled([1 << 40, 1 << 40], ());
    }

    #[test]
    #[should_panic(expected = "index [0, 3] lies outside the shape [2, 3]")]
    fn an_index_into_the_next_row_is_refused() {
        let _ = Tensor::filled([2, 3], 0)[[0, 3]];
    }
}
