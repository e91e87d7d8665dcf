//! Dual numbers over any domain: a primal and its tangent.

use hesper_shader::Number;
use hesper_shader::domain::{
    Arithmetic, Comparison, Domain, Format, NoMeaning, RealBinary, RealUnary, Value,
};
use std::panic::Location;

/// The dual numbers `x + ẋε`, `ε² = 0`, over an inner domain.
///
/// Running a function on duals yields its value and its derivative along the tangents of its inputs: the JVP. At a kink the
/// primals decide which side counts, as they do in the function itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual<D> {
    /// The domain of primals and tangents.
    pub inner: D,
}

/// A primal and its tangent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DualValue<V> {
    /// The value.
    pub primal: V,
    /// Its derivative along the chosen direction.
    pub tangent: V,
}

impl<V: Value> Value for DualValue<V> {
    fn identical(&self, other: &DualValue<V>) -> bool {
        self.primal.identical(&other.primal) && self.tangent.identical(&other.tangent)
    }
}

impl<D: Domain> Dual<D> {
    /// Dual numbers over `inner`.
    pub fn new(inner: D) -> Dual<D> {
        Dual { inner }
    }

    fn fixed(&self, primal: D::Value) -> DualValue<D::Value> {
        let tangent = self.inner.constant(Number::ZERO);
        DualValue { primal, tangent }
    }
}

impl<D: Domain> Domain for Dual<D> {
    type Value = DualValue<D::Value>;
    type Mask = D::Mask;

    fn name(&self) -> String {
        format!("dual {}", self.inner.name())
    }

    fn at(&self, line: &'static Location<'static>) {
        self.inner.at(line);
    }

    fn enter_workgroup(&self) {
        self.inner.enter_workgroup();
    }

    fn left_loop(&self, line: &'static Location<'static>, iterations: u64) {
        self.inner.left_loop(line, iterations);
    }

    fn constant(&self, number: Number) -> Self::Value {
        self.fixed(self.inner.constant(number))
    }

    fn neg_infinity(&self) -> Self::Value {
        self.fixed(self.inner.neg_infinity())
    }

    fn from_f32(&self, value: f32) -> Self::Value {
        self.fixed(self.inner.from_f32(value))
    }

    fn from_integer(&self, value: i64) -> Self::Value {
        self.fixed(self.inner.from_integer(value))
    }

    /// The slope stays that of the real.
    fn round(&self, format: Format, value: Self::Value) -> Self::Value {
        let primal = self.inner.round(format, value.primal);
        DualValue { primal, ..value }
    }

    fn within(&self, format: Format) -> bool {
        self.inner.within(format)
    }

    fn to_integer(&self, value: Self::Value, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.inner.to_integer(value.primal, low, high)
    }

    fn to_bits(&self, value: Self::Value) -> Result<u32, NoMeaning> {
        self.inner.to_bits(value.primal)
    }

    fn unary(&self, op: RealUnary, x: Self::Value) -> Self::Value {
        let d = &self.inner;
        let primal = d.unary(op, x.primal);
        let tangent = op.derivative(d, [x.primal, primal], x.tangent);
        DualValue {
            primal,
            tangent: tangent.unwrap_or_else(|| d.integer(0)),
        }
    }

    fn binary(&self, op: RealBinary, x: Self::Value, y: Self::Value) -> Self::Value {
        let d = &self.inner;
        let primal = d.binary(op, x.primal, y.primal);
        let at = [x.primal, y.primal, primal];
        // The sum is the whole derivative.
        let tangent = d.add(
            op.by_first(d, at, x.tangent),
            op.by_second(d, at, y.tangent),
        );
        DualValue { primal, tangent }
    }

    fn compare(&self, op: Comparison, x: Self::Value, y: Self::Value) -> Self::Mask {
        self.inner.compare(op, x.primal, y.primal)
    }

    fn select(&self, mask: Self::Mask, on_true: Self::Value, on_false: Self::Value) -> Self::Value {
        DualValue {
            primal: self.inner.select(mask, on_true.primal, on_false.primal),
            tangent: self.inner.select(mask, on_true.tangent, on_false.tangent),
        }
    }

    // d(xy + z) = ẋy + xẏ + ż
    fn mul_add(&self, x: Self::Value, y: Self::Value, z: Self::Value) -> Self::Value {
        let d = &self.inner;
        let (x_dot_y, x_y_dot) = (d.mul(x.tangent, y.primal), d.mul(x.primal, y.tangent));
        DualValue {
            primal: d.mul_add(x.primal, y.primal, z.primal),
            tangent: d.sum(&[x_dot_y, x_y_dot, z.tangent]),
        }
    }

    // dΣxᵢ = Σẋᵢ
    fn sum(&self, terms: &[Self::Value]) -> Self::Value {
        let (primals, tangents): (Vec<_>, Vec<_>) =
            terms.iter().map(|t| (t.primal, t.tangent)).unzip();
        DualValue {
            primal: self.inner.sum(&primals),
            tangent: self.inner.sum(&tangents),
        }
    }

    // d xⁿ = n xⁿ⁻¹ ẋ
    fn powi(&self, x: Self::Value, n: i32) -> Self::Value {
        let d = &self.inner;
        let primal = d.powi(x.primal, n);
        let slope = match n.checked_sub(1) {
            _ if n == 0 => d.integer(0),
            Some(less) => d.mul(d.integer(n.into()), d.powi(x.primal, less)),
            None => d.mul(d.integer(n.into()), d.div(primal, x.primal)),
        };
        DualValue {
            primal,
            tangent: d.mul(slope, x.tangent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesper_shader::domain::F64;

    /// Five-point central difference of `f` along `(1, s)`.
    fn numeric(f: impl Fn(f64, f64) -> f64, x: f64, y: f64, s: f64) -> f64 {
        let h = 2f64.powi(-10);
        let at = |k: f64| f(x + k * h, y + k * s * h);
        (at(-2.0) - 8.0 * at(-1.0) + 8.0 * at(1.0) - at(2.0)) / (12.0 * h)
    }

    fn dual(primal: f64, tangent: f64) -> DualValue<f64> {
        DualValue { primal, tangent }
    }

    #[test]
    fn unary_rules_match_differences() {
        for op in RealUnary::ALL {
            let mut compared = 0;
            for x in [0.3, 1.3, 2.7, -0.7] {
                // Where there is no number, there is no slope either.
                let [low, high] = [x - 0.01, x + 0.01].map(|x| F64.unary(op, x));
                if !low.is_finite() || !high.is_finite() {
                    continue;
                }
                compared += 1;
                let got = Dual::new(F64).unary(op, dual(x, 2.0)).tangent;
                let want = match op {
                    // Its steps are narrower than a difference is wide.
                    RealUnary::QuantizeToF16 => 0.0,
                    _ => 2.0 * numeric(|x, _| F64.unary(op, x), x, 0.0, 0.0),
                };
                assert!(
                    (got - want).abs() <= 1e-8 * (1.0 + want.abs()),
                    "{op:?} {x}: {got} {want}"
                );
            }
            assert!(compared >= 2, "{op:?} was compared at {compared} points");
        }
    }

    #[test]
    fn binary_rules_match_differences() {
        for op in RealBinary::ALL {
            for (x, y) in [(0.3, 1.1), (2.6, 0.7), (1.4, 1.9)] {
                let got = Dual::new(F64)
                    .binary(op, dual(x, 1.0), dual(y, -0.5))
                    .tangent;
                let want = numeric(|x, y| F64.binary(op, x, y), x, y, -0.5);
                assert!(
                    (got - want).abs() <= 1e-8 * (1.0 + want.abs()),
                    "{op:?}: {got} {want}"
                );
            }
        }
    }

    #[test]
    fn powers_and_sums_match_differences() {
        let domain = Dual::new(F64);
        for n in [-3, -1, 0, 1, 2, 5] {
            let got = domain.powi(dual(1.3, 2.0), n).tangent;
            let want = 2.0 * numeric(|x, _| x.powi(n), 1.3, 0.0, 0.0);
            assert!(
                (got - want).abs() <= 1e-8 * (1.0 + want.abs()),
                "{n}: {got} {want}"
            );
        }
        assert_eq!(
            domain.sum(&[dual(1.0, 2.0), dual(3.0, 5.0)]),
            dual(4.0, 7.0)
        );
        let got = domain.mul_add(dual(2.0, 1.0), dual(3.0, 10.0), dual(4.0, 100.0));
        assert_eq!(got, dual(10.0, 123.0));
        assert_eq!(domain.powi(dual(0.0, 1.0), 0), dual(1.0, 0.0));
    }
}
