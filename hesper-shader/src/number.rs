//! Exact constants.
//!
//! A literal in a kernel and a constant in a spec are the same exact number, `digits · 10^exponent / divisor`.
//! Every number domain rounds (or reduces) it once, so `0.1` never means two things.

use std::fmt;

/// An exact rational constant `digits · 10^exponent / divisor`.
///
/// ```
/// use hesper_shader::Number;
/// assert_eq!(Number::parse("1_000.5e-1").unwrap().to_f64(), 100.05);
/// assert_eq!(Number::from_f32(0.1), Number::parse("0.1"));
/// assert_eq!(Number::ratio(1, 3).unwrap().to_f64(), 1.0 / 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    digits: i128,
    exponent: i32,
    divisor: u64,
}

/// Why a text or a host value is not an exact constant.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a decimal number")]
    NotANumber(String),
    /// More significant digits than an exact constant holds.
    #[error("`{0}` has more than 38 significant digits")]
    TooLong(String),
    /// Infinities and NaN are not numbers.
    #[error("{0} is not a finite number; write `neg_infinity()` for a mask value")]
    NotFinite(f64),
    /// A ratio with a zero denominator.
    #[error("the ratio {0}/0 has a zero denominator")]
    ZeroDivisor(i64),
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number::integer(0);
    /// One.
    pub const ONE: Number = Number::integer(1);

    /// An integer.
    pub const fn integer(value: i64) -> Number {
        Number {
            digits: value as i128,
            exponent: 0,
            divisor: 1,
        }
    }

    /// The exact quotient `numerator / denominator`.
    pub fn ratio(numerator: i64, denominator: i64) -> Result<Number, NumberError> {
        if denominator == 0 {
            return Err(NumberError::ZeroDivisor(numerator));
        }
        let sign = denominator.signum() as i128;
        let (n, d) = (numerator as i128 * sign, denominator.unsigned_abs());
        let common = gcd(n.unsigned_abs(), d as u128);
        Ok(Number {
            digits: n / common as i128,
            exponent: 0,
            divisor: (d as u128 / common) as u64,
        })
    }

    /// Reads a Rust decimal literal: digits, underscores, a point, an exponent; an `f32` or `f64` suffix is refused.
    pub fn parse(text: &str) -> Result<Number, NumberError> {
        let bad = || NumberError::NotANumber(text.to_string());
        let clean: String = text.chars().filter(|c| *c != '_').collect();
        let (mantissa, exponent) = match clean.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.parse::<i32>().map_err(|_| bad())?),
            None => (clean.as_str(), 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: String = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let significant = all.trim_end_matches('0');
        let dropped = (all.len() - significant.len()) as i32;
        let leading = significant.trim_start_matches('0');
        if leading.len() > 38 {
            return Err(NumberError::TooLong(text.to_string()));
        }
        let digits: i128 = if leading.is_empty() {
            0
        } else {
            leading.parse().map_err(|_| bad())?
        };
        let shift = i32::try_from(fraction.len()).map_err(|_| bad())?;
        let exponent = exponent
            .checked_sub(shift)
            .and_then(|e| e.checked_add(dropped))
            .ok_or_else(bad)?;
        Ok(Number::normal(
            if negative { -digits } else { digits },
            exponent,
        ))
    }

    /// The shortest decimal that reads back as `value`; an error for infinities and NaN.
    pub fn from_f64(value: f64) -> Result<Number, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::NotFinite(value));
        }
        Number::parse(&format!("{value:e}"))
    }

    /// The shortest decimal that reads back as `value`; an error for infinities and NaN.
    pub fn from_f32(value: f32) -> Result<Number, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::NotFinite(value.into()));
        }
        Number::parse(&format!("{value:e}"))
    }

    /// The integer part of the numerator: `digits` of `digits · 10^exponent / divisor`.
    pub const fn digits(self) -> i128 {
        self.digits
    }

    /// The decimal exponent of `digits · 10^exponent / divisor`.
    pub const fn exponent(self) -> i32 {
        self.exponent
    }

    /// The divisor of `digits · 10^exponent / divisor`; 1 for a decimal literal.
    pub const fn divisor(self) -> u64 {
        self.divisor
    }

    /// The nearest `f64` (correctly rounded for decimals; one extra rounding for ratios of huge integers).
    pub fn to_f64(self) -> f64 {
        let numerator = self.small().unwrap_or_else(|| {
            let parsed: Result<f64, _> = self.decimal().parse();
            parsed.unwrap_or(f64::NAN)
        });
        if self.divisor == 1 {
            numerator
        } else {
            numerator / self.divisor as f64
        }
    }

    /// The nearest `f32`, rounded once from the exact decimal.
    pub fn to_f32(self) -> f32 {
        if self.divisor == 1 {
            self.decimal().parse().unwrap_or(f32::NAN)
        } else {
            self.to_f64() as f32
        }
    }

    /// The exact negation.
    pub const fn negated(self) -> Number {
        Number {
            digits: -self.digits,
            exponent: self.exponent,
            divisor: self.divisor,
        }
    }

    /// One more in the last digit that binary32 tells: 0.6 for 0.5, 65 for 64, 0.10000001 for 0.1000000000001; none where there are no such
    /// digits.
    pub fn next(self) -> Option<Number> {
        self.stepped(1)
    }

    /// One less in that digit.
    pub fn previous(self) -> Option<Number> {
        self.stepped(-1)
    }

    fn stepped(self, mut by: i128) -> Option<Number> {
        loop {
            let digits = self.digits.checked_add(by)?;
            let other = Number { digits, ..self };
            if other.to_f32() != self.to_f32() {
                return Some(other);
            }
            by = by.checked_mul(10)?;
        }
    }

    /// The exact difference, or none where it has more digits than a number holds.
    ///
    /// ```
    /// use hesper_shader::Number;
    /// let beta = Number::parse("0.999").unwrap();
    /// assert_eq!(Number::ONE.checked_sub(beta), Number::parse("0.001").ok());
    /// ```
    pub fn checked_sub(self, other: Number) -> Option<Number> {
        if self.divisor != 1 || other.divisor != 1 {
            return None;
        }
        let exponent = self.exponent.min(other.exponent);
        let digits = |number: Number| {
            let zeros = number.exponent.checked_sub(exponent)?;
            let scale = 10i128.checked_pow(zeros.try_into().ok()?)?;
            number.digits.checked_mul(scale)
        };
        let difference = digits(self)?.checked_sub(digits(other)?)?;
        Some(Number::normal(difference, exponent))
    }

    /// `digits · 10^exponent` where both factors are binary64 numbers, so that one operation rounds once (W. D. Clinger, "How to read
    /// floating point numbers accurately", PLDI 1990).
    fn small(self) -> Option<f64> {
        // 10²² is the greatest power of ten that is one, for 5²² < 2⁵³.
        let power = 10f64.powi(self.exponent.clamp(-22, 22).abs());
        let fits = self.digits.unsigned_abs() <= 1 << 53 && self.exponent.abs() <= 22;
        fits.then(|| match self.exponent >= 0 {
            true => self.digits as f64 * power,
            false => self.digits as f64 / power,
        })
    }

    fn decimal(self) -> String {
        format!("{}e{}", self.digits, self.exponent)
    }

    fn normal(mut digits: i128, mut exponent: i32) -> Number {
        while digits != 0 && digits % 10 == 0 && exponent != 0 {
            digits /= 10;
            exponent += 1;
        }
        // Small whole numbers read as integers: 12, not 12e0 or 1.2e1.
        while (1..=18).contains(&exponent) && digits.unsigned_abs() < 10u128.pow(20) {
            digits *= 10;
            exponent -= 1;
        }
        Number {
            digits,
            exponent: if digits == 0 { 0 } else { exponent },
            divisor: 1,
        }
    }
}

impl fmt::Display for Number {
    /// The shortest text that reads back as the same number: `0.1`, `12.0`, `1e-8`, `2/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.divisor != 1 {
            return write!(f, "{}/{}", self.digits, self.divisor);
        }
        let value = self.to_f64();
        if Number::from_f64(value) == Ok(*self) {
            write!(f, "{value:?}")
        } else {
            f.write_str(&self.decimal())
        }
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_show_in_binary32() {
        for (text, next, previous) in [
            ("0.5", "0.6", "0.4"),
            ("0", "1", "-1"),
            ("64", "65", "63"),
            ("0.1000000000001", "0.1000000100001", "0.0999999900001"),
        ] {
            let number = Number::parse(text).unwrap();
            let same = |got: Option<Number>, want: &str| {
                let (got, want) = (got.unwrap(), Number::parse(want).unwrap());
                assert_eq!(got.checked_sub(want), Some(Number::ZERO), "{text}: {got}");
            };
            same(number.next(), next);
            same(number.previous(), previous);
        }
        assert_eq!(
            Number::ratio(1, 3).unwrap().next(),
            Number::ratio(2, 3).ok()
        );
    }

    #[test]
    fn texts_round_once_and_normalise() {
        for (text, value, shown) in [
            ("0.1", 0.1, "0.1"),
            ("0", 0.0, "0.0"),
            ("0.000", 0.0, "0.0"),
            ("100.0", 100.0, "100.0"),
            ("1e3", 1000.0, "1000.0"),
            ("-2.50", -2.5, "-2.5"),
            (
                "3.4028234663852886e38",
                3.4028234663852886e38,
                "3.4028234663852886e38",
            ),
            ("1e-45", 1e-45, "1e-45"),
            ("1_0.5", 10.5, "10.5"),
        ] {
            let number = Number::parse(text).unwrap();
            assert_eq!(number.to_f64(), value, "{text}");
            assert_eq!(number.to_string(), shown, "{text}");
        }
        assert_eq!(Number::parse("1e3"), Number::parse("1000"));
    }

    #[test]
    fn numbers_round_as_their_texts_do() {
        for exponent in -25..=25 {
            for digits in [
                0,
                1,
                3,
                -7,
                123_456_789,
                (1i64 << 53) - 1,
                1 << 53,
                (1 << 53) + 1,
            ] {
                let text = format!("{digits}e{exponent}");
                let number = Number::parse(&text).unwrap();
                assert_eq!(Ok(number.to_f64()), text.parse(), "{text}");
            }
        }
    }

    #[test]
    fn bad_texts_are_errors() {
        for text in [
            "",
            ".",
            "1.2.3",
            "0x10",
            "1e",
            "nan",
            "--1",
            "1e99999999999",
        ] {
            assert!(Number::parse(text).is_err(), "{text}");
        }
        assert!(matches!(
            Number::parse(&"9".repeat(39)),
            Err(NumberError::TooLong(_))
        ));
        assert!(Number::from_f32(f32::INFINITY).is_err());
        assert!(Number::ratio(1, 0).is_err());
    }

    #[test]
    fn differences_are_exact_or_none() {
        let number = |text| Number::parse(text).unwrap();
        for (x, y, difference) in [
            ("1", "0.999", Some("0.001")),
            ("1", "0.999999999", Some("1e-9")),
            ("1e3", "1e-3", Some("999.999")),
            ("0.5", "0.5", Some("0")),
            ("-2", "0.25", Some("-2.25")),
            ("1", "1e-60", None),
            ("1e30", "1e-30", None),
        ] {
            assert_eq!(
                number(x).checked_sub(number(y)),
                difference.map(number),
                "{x} - {y}"
            );
        }
        assert_eq!(Number::ratio(1, 3).unwrap().checked_sub(Number::ZERO), None);
    }

    #[test]
    fn ratios_reduce() {
        assert_eq!(Number::ratio(2, -6), Number::ratio(-1, 3));
        assert_eq!(Number::ratio(2, 3).unwrap().to_string(), "2/3");
        assert_eq!(Number::ratio(0, 5).unwrap(), Number::ZERO);
    }
}
