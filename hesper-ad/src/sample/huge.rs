//! Numbers that are huge, where an op declares that it stands them.

use super::draw::{scaled_rows, with_peaks};
use super::{Rng, Sampling};
use crate::signature::{Port, Signature};
use crate::tensor::Tensor;

impl Sampling {
    /// Declares that kernels are right where numbers of a port are as great as this, of either sign, while the other ports are as they are drawn:
    /// squares leave binary32 beyond 10¹⁹. Kernels run there in binary32, with one such number in each row, at every place, and with rows of
    /// equal ones. Undeclared, a kernel may overflow on the way to a result that does not, as the spec's formula would in binary32.
    ///
    /// Of ops made of others, declare it anew: what a part stands may be too much for the whole.
    ///
    /// ```
    /// use hesper_ad::Sampling;
    /// let sampling = Sampling::default().up_to("x", 1e24);
    /// ```
    pub fn up_to(mut self, port: &str, greatest: f32) -> Sampling {
        self.huge.insert(port.to_string(), greatest);
        self
    }

    /// Whether numbers of some port may be huge.
    pub(crate) fn has_huge(&self) -> bool {
        !self.huge.is_empty()
    }

    /// The declarations, as text: "`x` is up to 1e24".
    pub(crate) fn huge_words(&self) -> String {
        let words = |(port, most): (&String, &f32)| format!("`{port}` is up to {most:e}");
        let all: Vec<String> = self.huge.iter().map(words).collect();
        all.join(" and ")
    }

    /// The first declaration that makes no sense.
    pub(super) fn mistake_of_huge(&self, signature: &Signature) -> Option<String> {
        let is_real = |port: &str| {
            let mut reals = signature.inputs().chain(signature.constants());
            reals.any(|real: &Port| real.name == port)
        };
        self.huge.iter().find_map(|(port, most)| {
            let at = |what: &str| {
                Some(format!(
                    "the sampling declares `{port}` up to {most:e}{what}"
                ))
            };
            match () {
                () if !is_real(port) => at(", which is no input or constant"),
                () if !(*most > 0.0 && most.is_finite()) => at(": give it a number above zero"),
                () if !self.is_free(port) => at(", and has another rule for it"),
                () => None,
            }
        })
    }
}

/// Rows of which one number is between half of `most` and all of it, of either sign, in each row in another place. The first row of two or more
/// and the last of three or more have none, so that the greatest number of another row will not do for all.
pub(super) fn huge_rows(shape: Vec<usize>, most: f32, rng: &mut Rng) -> Tensor<f32> {
    let rows = scaled_rows(shape, rng);
    let row_len = rows.row_len().max(1);
    // The last places are among those of the second row and the next, however few rows there are.
    let first = row_len.saturating_sub(3);
    let mut peaked = with_peaks(rows.clone(), first, || {
        let peak = rng.uniform(most / 2.0, most);
        signed(peak, rng)
    });
    let last = rows.len().saturating_sub(row_len);
    if last > 0 {
        let all = peaked.data_mut().iter_mut().zip(rows.data()).enumerate();
        let outer = all.filter(|(at, _)| *at < row_len || *at >= last.max(2 * row_len));
        outer.for_each(|(_, (x, plain))| *x = *plain);
    }
    peaked
}

/// Rows of one number each, a power of two of either sign: sums of a row lose nothing, and its numbers do not differ from their mean.
pub(super) fn equal_rows(shape: Vec<usize>, most: f32, rng: &mut Rng) -> Tensor<f32> {
    let power = most.log2().floor().exp2();
    let mut tensor = Tensor::filled(shape, 0f32);
    let row_len = tensor.row_len().max(1);
    for row in tensor.data_mut().chunks_mut(row_len) {
        row.fill(signed(power, rng));
    }
    tensor
}

fn signed(x: f32, rng: &mut Rng) -> f32 {
    if rng.below(2) == 0 { x } else { -x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dims::Dims;
    use crate::sample::Numbers;

    #[test]
    fn each_place_is_huge_in_some_row_and_equal_rows_are_equal() {
        let signature = Signature::new("Op")
            .input("x", ["n", "m"])
            .input("z", ["n", "m"])
            .output("y", ["n"]);
        let sampling = Sampling::default().up_to("x", 1e24);
        let dims = Dims::new([("n", 9), ("m", 7)]);
        let draw = |numbers| sampling.draw_with(numbers, &signature, &dims, &mut Rng::new(1));
        let is_huge = |x: &f32| (0.5e24..=1e24).contains(&x.abs());
        let one = draw(Numbers::Huge);
        for (i, row) in one.inputs[0].rows().enumerate() {
            let count = row.iter().filter(|x| is_huge(x)).count();
            assert_eq!(count, usize::from((1..8).contains(&i)), "{row:?}");
        }
        for column in 0..7 {
            assert!(one.inputs[0].rows().any(|row| is_huge(&row[column])));
        }
        let signs = |of: &Tensor<f32>| {
            let huge = of.data().iter().filter(|x| is_huge(x));
            huge.map(|x| x.signum() as i32)
                .collect::<std::collections::BTreeSet<i32>>()
                .len()
        };
        let equal = draw(Numbers::HugeEqual);
        for row in equal.inputs[0].rows() {
            assert!(is_huge(&row[0]) && row.iter().all(|x| *x == row[0]));
        }
        assert_eq!([signs(&one.inputs[0]), signs(&equal.inputs[0])], [2, 2]);
        for sample in [one, equal] {
            assert!(sample.inputs[1].data().iter().all(|x| x.abs() < 100.0));
        }
    }
}
