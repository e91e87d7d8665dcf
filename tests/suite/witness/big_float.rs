//! A number domain of 512-bit floats.

use astro_float_num::{BigFloat, Consts, INF_NEG, NAN, RoundingMode, Sign};
use hesper_shader::Number;
use hesper_shader::domain::Value;
use hesper_shader::domain::{Comparison, Domain, F64, NoMeaning, RealBinary, RealUnary};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;

/// Bits of a mantissa.
const BITS: usize = 512;

/// Every operation rounds so.
const NEAREST: RoundingMode = RoundingMode::ToEven;

/// Where the numbers of one run live: a domain's values must be `Copy`, and these are not.
pub(crate) struct Arena {
    numbers: RefCell<Vec<BigFloat>>,
    constants: RefCell<Consts>,
    steepest: Cell<f64>,
}

/// Arithmetic in 512-bit floats over an arena.
#[derive(Clone, Copy)]
pub(crate) struct BigFloats<'a>(pub(crate) &'a Arena);

/// A number of an arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Big(usize);

impl Value for Big {}

impl Arena {
    /// An arena without numbers.
    pub(crate) fn new() -> Arena {
        Arena {
            numbers: RefCell::default(),
            constants: RefCell::new(Consts::new().unwrap()),
            steepest: Cell::new(0.0),
        }
    }

    /// Forgets every number, and how steep exponentials were; handles given out before mean nothing any more.
    pub(crate) fn reset(&self) {
        self.numbers.borrow_mut().clear();
        self.steepest.set(0.0);
    }

    /// The greatest magnitude, so far, of a finite number that was exponentiated.
    pub(crate) fn steepest(&self) -> f64 {
        self.steepest.get()
    }

    /// Computes a number with the constants, π and ln 2 among them, that functions need.
    fn with(&self, f: impl FnOnce(&mut Consts) -> BigFloat) -> Big {
        let number = f(&mut self.constants.borrow_mut());
        self.keep(number)
    }

    fn keep(&self, number: BigFloat) -> Big {
        let mut numbers = self.numbers.borrow_mut();
        numbers.push(number);
        Big(numbers.len() - 1)
    }

    fn get(&self, x: Big) -> BigFloat {
        self.numbers.borrow()[x.0].clone()
    }
}

impl BigFloats<'_> {
    /// A binary64 number, exact.
    pub(crate) fn from_f64(&self, value: f64) -> Big {
        self.0.keep(BigFloat::from_f64(value, BITS))
    }

    /// About the number, for reports and coarse tests.
    pub(crate) fn to_f64(&self, x: Big) -> f64 {
        to_f64(&self.0.get(x))
    }

    fn integer(&self, value: i64) -> Big {
        self.0.keep(BigFloat::from_i64(value, BITS))
    }

    fn note_exponent(&self, x: &BigFloat) {
        let steepness = to_f64(x).abs();
        if steepness.is_finite() {
            self.0.steepest.set(self.0.steepest.get().max(steepness));
        }
    }
}

impl Domain for BigFloats<'_> {
    type Value = Big;
    type Mask = bool;

    fn name(&self) -> String {
        "512-bit floats".to_string()
    }

    fn constant(&self, number: Number) -> Big {
        let digits = BigFloat::from_i128(number.digits(), BITS);
        let divisor = BigFloat::from_u64(number.divisor(), BITS);
        let power = number.exponent().unsigned_abs() as usize;
        let power = BigFloat::from_i64(10, BITS).powi(power, BITS, NEAREST);
        let decimal = if number.exponent() < 0 {
            digits.div(&power, BITS, NEAREST)
        } else {
            digits.mul(&power, BITS, NEAREST)
        };
        self.0.keep(decimal.div(&divisor, BITS, NEAREST))
    }

    fn neg_infinity(&self) -> Big {
        self.0.keep(INF_NEG)
    }

    fn from_f32(&self, value: f32) -> Big {
        self.from_f64(value.into())
    }

    fn from_integer(&self, value: i64) -> Big {
        self.integer(value)
    }

    fn to_integer(&self, x: Big, low: i64, high: i64) -> Result<i64, NoMeaning> {
        Ok((to_f64(&self.0.get(x).int()) as i64).min(high).max(low))
    }

    fn unary(&self, op: RealUnary, x: Big) -> Big {
        let x = self.0.get(x);
        if matches!(op, RealUnary::Exp | RealUnary::Exp2) {
            self.note_exponent(&x);
        }
        self.0.with(|constants| match op {
            RealUnary::Negate => x.neg(),
            RealUnary::Abs => x.abs(),
            RealUnary::Sign if x.is_zero() || x.is_nan() => BigFloat::from_i64(0, BITS),
            RealUnary::Sign => BigFloat::from_i64(if x.is_positive() { 1 } else { -1 }, BITS),
            RealUnary::Floor => x.floor(),
            RealUnary::Ceil => x.ceil(),
            RealUnary::RoundTiesEven => x.round(0, NEAREST),
            RealUnary::Trunc => x.int(),
            RealUnary::Sqrt => x.sqrt(BITS, NEAREST),
            RealUnary::InverseSqrt => x.sqrt(BITS, NEAREST).reciprocal(BITS, NEAREST),
            RealUnary::Exp => x.exp(BITS, NEAREST, constants),
            RealUnary::Exp2 => {
                let two = BigFloat::from_i64(2, BITS);
                two.pow(&x, BITS, NEAREST, constants)
            }
            RealUnary::Ln => x.ln(BITS, NEAREST, constants),
            RealUnary::Log2 => x.log2(BITS, NEAREST, constants),
            RealUnary::Sin => x.sin(BITS, NEAREST, constants),
            RealUnary::Cos => x.cos(BITS, NEAREST, constants),
            RealUnary::Tan => x.tan(BITS, NEAREST, constants),
            RealUnary::Sinh => x.sinh(BITS, NEAREST, constants),
            RealUnary::Cosh => x.cosh(BITS, NEAREST, constants),
            RealUnary::Tanh => x.tanh(BITS, NEAREST, constants),
            RealUnary::Asin => x.asin(BITS, NEAREST, constants),
            RealUnary::Acos => x.acos(BITS, NEAREST, constants),
            RealUnary::Atan => x.atan(BITS, NEAREST, constants),
            RealUnary::Asinh => x.asinh(BITS, NEAREST, constants),
            RealUnary::Acosh => x.acosh(BITS, NEAREST, constants),
            RealUnary::Atanh => x.atanh(BITS, NEAREST, constants),
            // Binary64 has all numbers that these yield.
            RealUnary::QuantizeToF16 | RealUnary::Exponent => {
                BigFloat::from_f64(F64.unary(op, to_f64(&x)), BITS)
            }
            RealUnary::Erf => erf(&x, constants),
        })
    }

    fn binary(&self, op: RealBinary, x: Big, y: Big) -> Big {
        let (x, y) = (self.0.get(x), self.0.get(y));
        let order = order(&x, &y);
        self.0.with(|constants| match op {
            RealBinary::Add => x.add(&y, BITS, NEAREST),
            RealBinary::Subtract => x.sub(&y, BITS, NEAREST),
            RealBinary::Multiply => x.mul(&y, BITS, NEAREST),
            RealBinary::Divide => x.div(&y, BITS, NEAREST),
            // x − y·trunc(x/y)
            RealBinary::Remainder => {
                let whole = x.div(&y, BITS, NEAREST).int();
                x.sub(&y.mul(&whole, BITS, NEAREST), BITS, NEAREST)
            }
            RealBinary::Max | RealBinary::Min if x.is_nan() => y,
            RealBinary::Max if order == Some(Ordering::Less) => y,
            RealBinary::Min if order == Some(Ordering::Greater) => y,
            RealBinary::Max | RealBinary::Min => x,
            RealBinary::Atan2 => atan2(&x, &y, constants),
            RealBinary::Pow if x.is_negative() => NAN,
            RealBinary::Pow => x.pow(&y, BITS, NEAREST, constants),
        })
    }

    fn compare(&self, op: Comparison, x: Big, y: Big) -> bool {
        let order = order(&self.0.get(x), &self.0.get(y));
        match op {
            Comparison::Equal => order.is_some_and(Ordering::is_eq),
            Comparison::NotEqual => !order.is_some_and(Ordering::is_eq),
            Comparison::Less => order.is_some_and(Ordering::is_lt),
            Comparison::LessEqual => order.is_some_and(Ordering::is_le),
            Comparison::Greater => order.is_some_and(Ordering::is_gt),
            Comparison::GreaterEqual => order.is_some_and(Ordering::is_ge),
        }
    }

    fn select(&self, mask: bool, on_true: Big, on_false: Big) -> Big {
        if mask { on_true } else { on_false }
    }
}

/// `2/√π·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!!`, whose terms have one sign (DLMF 7.6.2).
fn erf(x: &BigFloat, constants: &mut Consts) -> BigFloat {
    // Beyond, 1 − |erf x| is below 2⁻⁵¹².
    if to_f64(x).abs() > 20.0 {
        return BigFloat::from_i64(if x.is_positive() { 1 } else { -1 }, BITS);
    }
    let twice_square = x
        .mul(x, BITS, NEAREST)
        .mul(&BigFloat::from_i64(2, BITS), BITS, NEAREST);
    let (mut term, mut sum) = (x.clone(), x.clone());
    // Beyond n = 2x² terms fall by half at least each time.
    let terms = 4 * BITS as i64 + 8 * to_f64(&twice_square) as i64;
    for n in 1..terms {
        let divisor = BigFloat::from_i64(2 * n + 1, BITS);
        term = term
            .mul(&twice_square, BITS, NEAREST)
            .div(&divisor, BITS, NEAREST);
        sum = sum.add(&term, BITS, NEAREST);
        let part = term.div(&sum, BITS, NEAREST);
        if part.is_zero() || to_f64(&part).abs() <= 2f64.powi(-(BITS as i32)) {
            break;
        }
    }
    let bell = twice_square
        .div(&BigFloat::from_i64(-2, BITS), BITS, NEAREST)
        .exp(BITS, NEAREST, constants);
    let root = constants.pi(BITS, NEAREST).sqrt(BITS, NEAREST);
    let scale = bell
        .mul(&BigFloat::from_i64(2, BITS), BITS, NEAREST)
        .div(&root, BITS, NEAREST);
    sum.mul(&scale, BITS, NEAREST)
}

/// The angle of `(x, y)`: `atan(y/x)`, and half a turn more where `x < 0`.
fn atan2(y: &BigFloat, x: &BigFloat, constants: &mut Consts) -> BigFloat {
    let pi = constants.pi(BITS, NEAREST);
    let turn = if y.is_negative() { pi.neg() } else { pi };
    if x.is_zero() && y.is_zero() {
        return BigFloat::from_i64(0, BITS);
    }
    if x.is_zero() {
        return turn.div(&BigFloat::from_i64(2, BITS), BITS, NEAREST);
    }
    let angle = y.div(x, BITS, NEAREST).atan(BITS, NEAREST, constants);
    if x.is_negative() {
        return angle.add(&turn, BITS, NEAREST);
    }
    angle
}

/// Which is greater; none where one is NaN.
fn order(x: &BigFloat, y: &BigFloat) -> Option<Ordering> {
    x.cmp(y).map(|difference| difference.cmp(&0))
}

/// The number to 53 bits or so.
fn to_f64(x: &BigFloat) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    let magnitude = match x.as_raw_parts() {
        // 0.m · 2ᵉ, the mantissa's last word first
        Some((words, _, _, exponent, _)) => {
            let lead = words.last().map_or(0.0, |word| *word as f64);
            lead * 2f64.powi(-64) * 2f64.powi(exponent)
        }
        None => f64::INFINITY,
    };
    if x.sign() == Some(Sign::Neg) {
        -magnitude
    } else {
        magnitude
    }
}

#[test]
fn big_floats_agree_with_f64() {
    let arena = Arena::new();
    let big = BigFloats(&arena);
    let near = |got: Big, want: f64, what: &dyn std::fmt::Debug| {
        let got = big.to_f64(got);
        let near = (got - want).abs() <= 1e-14 * want.abs() || got.is_nan() && want.is_nan();
        assert!(near || got == want, "{what:?}: {got:e}, f64 has {want:e}");
    };
    let numbers = [
        0.0,
        0.3,
        -0.3,
        1.0,
        2.5,
        -2.5,
        7.75,
        40.0,
        f64::NEG_INFINITY,
    ];
    for x in numbers {
        for op in RealUnary::ALL {
            let undefined = x.is_infinite() && op != RealUnary::Exp;
            if !(undefined || F64.unary(op, x).is_nan()) {
                near(big.unary(op, big.from_f64(x)), F64.unary(op, x), &(op, x));
            }
        }
        for y in [0.3, -2.5, 4.0] {
            let (a, b) = (big.from_f64(x), big.from_f64(y));
            for op in RealBinary::ALL {
                if x.is_finite() || matches!(op, RealBinary::Add | RealBinary::Max) {
                    near(big.binary(op, a, b), F64.binary(op, x, y), &(op, x, y));
                }
            }
            for op in [
                Comparison::Less,
                Comparison::GreaterEqual,
                Comparison::Equal,
            ] {
                assert_eq!(big.compare(op, a, b), F64.compare(op, x, y), "{op:?}");
            }
        }
    }
    for text in ["0.1", "-1e-8", "12", "3e20"] {
        let number = Number::parse(text).unwrap();
        near(big.constant(number), number.to_f64(), &text);
    }
    assert_eq!(big.to_integer(big.from_f64(-3.75), -9, 9), Ok(-3));
    assert_eq!(arena.steepest(), 40.0);
}
