//! Several points at once: a tape is read once for all of them.

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary};
use std::array::from_fn;
use std::panic::Location;

/// `N` numbers of a domain side by side, each as if it were alone. What the domain takes note of, it does operation by operation and
/// lane by lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes<D, const N: usize>(pub(super) D);

impl<D: Domain, const N: usize> Domain for Lanes<D, N> {
    type Value = [D::Value; N];
    type Mask = [D::Mask; N];

    fn name(&self) -> String {
        self.0.name()
    }

    fn at(&self, line: &'static Location<'static>) {
        self.0.at(line);
    }

    fn constant(&self, number: Number) -> Self::Value {
        [self.0.constant(number); N]
    }

    fn neg_infinity(&self) -> Self::Value {
        [self.0.neg_infinity(); N]
    }

    fn from_f32(&self, value: f32) -> Self::Value {
        [self.0.from_f32(value); N]
    }

    fn from_integer(&self, value: i64) -> Self::Value {
        [self.0.from_integer(value); N]
    }

    fn round(&self, format: Format, value: Self::Value) -> Self::Value {
        value.map(|x| self.0.round(format, x))
    }

    fn within(&self, format: Format) -> bool {
        self.0.within(format)
    }

    /// Only kernels make integers of reals, and they are not run so.
    fn to_integer(&self, _: Self::Value, _: i64, _: i64) -> Result<i64, NoMeaning> {
        Err(NoMeaning {
            domain: self.name(),
            operation: "an integer of several reals".to_string(),
        })
    }

    fn unary(&self, op: RealUnary, x: Self::Value) -> Self::Value {
        x.map(|x| self.0.unary(op, x))
    }

    fn binary(&self, op: RealBinary, x: Self::Value, y: Self::Value) -> Self::Value {
        from_fn(|lane| self.0.binary(op, x[lane], y[lane]))
    }

    fn compare(&self, op: Comparison, x: Self::Value, y: Self::Value) -> Self::Mask {
        from_fn(|lane| self.0.compare(op, x[lane], y[lane]))
    }

    fn select(&self, mask: Self::Mask, on_true: Self::Value, on_false: Self::Value) -> Self::Value {
        from_fn(|lane| self.0.select(mask[lane], on_true[lane], on_false[lane]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::LayerNorm;
    use crate::sample::Rng;
    use crate::spec::{Spec, exact};
    use hesper_shader::domain::F64;

    #[test]
    fn each_lane_is_as_if_it_were_alone() {
        let spec = Spec::new(&LayerNorm).unwrap();
        let dims = spec.small_shapes().remove(0);
        let mut rng = Rng::new(1);
        let sample = spec.draw(&dims, &mut rng);
        let others: [_; 3] = from_fn(|_| exact(&F64, &spec.draw(&dims, &mut rng).inputs));
        let together = (0..others[0].len()).map(|port| {
            let lanes = |at: usize| from_fn(|lane| others[lane][port].data()[at]);
            let data = (0..others[0][port].len()).map(lanes).collect();
            crate::Tensor::new(others[0][port].shape(), data).unwrap()
        });
        let together: Vec<_> = together.collect();
        let outputs = spec.forward(&Lanes::<F64, 3>(F64), &sample, &together);
        let outputs = outputs.unwrap().outputs;
        for (lane, inputs) in others.iter().enumerate() {
            let alone = spec.forward(&F64, &sample, inputs).unwrap().outputs;
            for (together, alone) in outputs.iter().zip(&alone) {
                assert_eq!(&together.map(|x| x[lane]), alone);
            }
        }
    }
}
