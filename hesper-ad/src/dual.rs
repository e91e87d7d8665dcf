//! Dual numbers over any domain: a primal and its tangent.

use hesper_shader::Number;
use hesper_shader::domain::{Comparison, Domain, NoMeaning, RealBinary, RealUnary, Value};
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

    fn integer(&self, n: i64) -> D::Value {
        self.inner.constant(Number::integer(n))
    }

    fn neg(&self, x: D::Value) -> D::Value {
        self.inner.unary(RealUnary::Negate, x)
    }

    fn add(&self, x: D::Value, y: D::Value) -> D::Value {
        self.inner.binary(RealBinary::Add, x, y)
    }

    fn sub(&self, x: D::Value, y: D::Value) -> D::Value {
        self.inner.binary(RealBinary::Subtract, x, y)
    }

    fn mul(&self, x: D::Value, y: D::Value) -> D::Value {
        self.inner.binary(RealBinary::Multiply, x, y)
    }

    fn div(&self, x: D::Value, y: D::Value) -> D::Value {
        self.inner.binary(RealBinary::Divide, x, y)
    }

    /// The tangent of `op` at `x`, given its value `r` there.
    fn unary_tangent(&self, op: RealUnary, x: DualValue<D::Value>, r: D::Value) -> D::Value {
        let f = |op, x| self.inner.unary(op, x);
        let (x, x_dot) = (x.primal, x.tangent);
        let ln_2 = || f(RealUnary::Ln, self.integer(2));
        match op {
            // d(−x) = −ẋ
            RealUnary::Negate => self.neg(x_dot),
            // d|x| = ẋ where x ≥ 0, else −ẋ
            RealUnary::Abs => {
                let mask = self
                    .inner
                    .compare(Comparison::GreaterEqual, x, self.integer(0));
                self.inner.select(mask, x_dot, self.neg(x_dot))
            }
            // Piecewise constant: 0
            RealUnary::Sign
            | RealUnary::Floor
            | RealUnary::Ceil
            | RealUnary::RoundTiesEven
            | RealUnary::Trunc => self.integer(0),
            // d√x = ẋ / (2√x)
            RealUnary::Sqrt => self.div(x_dot, self.mul(self.integer(2), r)),
            // d x^(−1/2) = −ẋ · r / (2x)
            RealUnary::InverseSqrt => {
                self.neg(self.div(self.mul(x_dot, r), self.mul(self.integer(2), x)))
            }
            // d eˣ = eˣ ẋ
            RealUnary::Exp => self.mul(r, x_dot),
            // d 2ˣ = 2ˣ ln 2 ẋ
            RealUnary::Exp2 => self.mul(self.mul(r, ln_2()), x_dot),
            // d ln x = ẋ / x
            RealUnary::Ln => self.div(x_dot, x),
            // d log₂ x = ẋ / (x ln 2)
            RealUnary::Log2 => self.div(x_dot, self.mul(x, ln_2())),
            // d sin x = cos x ẋ
            RealUnary::Sin => self.mul(f(RealUnary::Cos, x), x_dot),
            // d cos x = −sin x ẋ
            RealUnary::Cos => self.neg(self.mul(f(RealUnary::Sin, x), x_dot)),
            // d tan x = (1 + tan² x) ẋ
            RealUnary::Tan => self.mul(self.add(self.integer(1), self.mul(r, r)), x_dot),
            // d sinh x = cosh x ẋ
            RealUnary::Sinh => self.mul(f(RealUnary::Cosh, x), x_dot),
            // d cosh x = sinh x ẋ
            RealUnary::Cosh => self.mul(f(RealUnary::Sinh, x), x_dot),
            // d tanh x = (1 − tanh² x) ẋ
            RealUnary::Tanh => self.mul(self.sub(self.integer(1), self.mul(r, r)), x_dot),
            // d erf x = 2/√π · e^(−x²) ẋ
            RealUnary::Erf => {
                let bell = f(RealUnary::Exp, self.neg(self.mul(x, x)));
                self.mul(self.mul(self.two_over_root_pi(), bell), x_dot)
            }
        }
    }

    /// `2/√π` to 75 digits, a number's worth at a time.
    fn two_over_root_pi(&self) -> D::Value {
        let digits = [
            "1.1283791670955125738961589031215451716",
            "8.8101258657997713688171443421284936883e-38",
        ];
        let parts = digits
            .into_iter()
            .filter_map(|text| Number::parse(text).ok());
        parts.fold(self.integer(0), |sum, part| {
            self.add(sum, self.inner.constant(part))
        })
    }

    /// The tangent of `op` at `x`, `y`, given its value `r` there.
    fn binary_tangent(
        &self,
        op: RealBinary,
        x: DualValue<D::Value>,
        y: DualValue<D::Value>,
        r: D::Value,
    ) -> D::Value {
        let (x, x_dot) = (x.primal, x.tangent);
        let (y, y_dot) = (y.primal, y.tangent);
        let chosen = |comparison| {
            let mask = self.inner.compare(comparison, x, y);
            self.inner.select(mask, x_dot, y_dot)
        };
        match op {
            // d(x + y) = ẋ + ẏ
            RealBinary::Add => self.add(x_dot, y_dot),
            // d(x − y) = ẋ − ẏ
            RealBinary::Subtract => self.sub(x_dot, y_dot),
            // d(xy) = ẋy + xẏ
            RealBinary::Multiply => self.add(self.mul(x_dot, y), self.mul(x, y_dot)),
            // d(x/y) = (ẋ − (x/y)ẏ) / y
            RealBinary::Divide => self.div(self.sub(x_dot, self.mul(r, y_dot)), y),
            // d(x − y·trunc(x/y)) = ẋ − trunc(x/y)·ẏ
            RealBinary::Remainder => {
                let whole = self.inner.unary(RealUnary::Trunc, self.div(x, y));
                self.sub(x_dot, self.mul(whole, y_dot))
            }
            // The chosen operand's tangent; the first one's at a tie
            RealBinary::Max => chosen(Comparison::GreaterEqual),
            RealBinary::Min => chosen(Comparison::LessEqual),
            // d xʸ = xʸ (ẏ ln x + y ẋ/x)
            RealBinary::Pow => {
                let by_exponent = self.mul(y_dot, self.inner.unary(RealUnary::Ln, x));
                let by_base = self.div(self.mul(y, x_dot), x);
                self.mul(r, self.add(by_exponent, by_base))
            }
        }
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

    fn to_integer(&self, value: Self::Value, low: i64, high: i64) -> Result<i64, NoMeaning> {
        self.inner.to_integer(value.primal, low, high)
    }

    fn unary(&self, op: RealUnary, x: Self::Value) -> Self::Value {
        let primal = self.inner.unary(op, x.primal);
        let tangent = self.unary_tangent(op, x, primal);
        DualValue { primal, tangent }
    }

    fn binary(&self, op: RealBinary, x: Self::Value, y: Self::Value) -> Self::Value {
        let primal = self.inner.binary(op, x.primal, y.primal);
        let tangent = self.binary_tangent(op, x, y, primal);
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
        let (x_dot_y, x_y_dot) = (self.mul(x.tangent, y.primal), self.mul(x.primal, y.tangent));
        DualValue {
            primal: self.inner.mul_add(x.primal, y.primal, z.primal),
            tangent: self.inner.sum(&[x_dot_y, x_y_dot, z.tangent]),
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
        let primal = self.inner.powi(x.primal, n);
        let slope = match n.checked_sub(1) {
            _ if n == 0 => self.integer(0),
            Some(less) => self.mul(self.integer(n.into()), self.inner.powi(x.primal, less)),
            None => self.mul(self.integer(n.into()), self.div(primal, x.primal)),
        };
        DualValue {
            primal,
            tangent: self.mul(slope, x.tangent),
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
        use RealUnary::*;
        for op in RealUnary::ALL {
            for x in [0.3, 1.3, 2.7, -0.7] {
                if x < 0.0 && matches!(op, Sqrt | InverseSqrt | Ln | Log2) {
                    continue;
                }
                let got = Dual::new(F64).unary(op, dual(x, 2.0)).tangent;
                let want = 2.0 * numeric(|x, _| F64.unary(op, x), x, 0.0, 0.0);
                assert!(
                    (got - want).abs() <= 1e-8 * (1.0 + want.abs()),
                    "{op:?} {x}: {got} {want}"
                );
            }
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
