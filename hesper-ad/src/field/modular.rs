//! Arithmetic modulo an odd number below 2⁶², without division.

/// An odd modulus below 2⁶², ready for Montgomery multiplication.
///
/// A residue `x` is kept as `x·2⁶⁴ mod m` (P. L. Montgomery, "Modular multiplication without trial division", Mathematics of
/// Computation 44, 1985): a product costs three multiplications of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct Modulus {
    m: u64,
    /// `−m⁻¹ mod 2⁶⁴`.
    neg_inverse: u64,
    /// `2⁶⁴ mod m`: one.
    one: u64,
    /// `2¹²⁸ mod m`: brings integers into Montgomery form.
    square: u64,
}

/// A residue in Montgomery form. Two of one modulus are equal exactly where their bits are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Residue(u64);

impl Residue {
    /// Bits that differ for most pairs of residues.
    pub(super) fn low_bits(self) -> usize {
        self.0 as usize
    }

    /// Zero of every modulus.
    pub const ZERO: Residue = Residue(0);

    /// Whether it is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Modulus {
    /// An odd modulus of at least 3 and below 2⁶²; `None` for any other.
    pub fn new(m: u64) -> Option<Modulus> {
        if m.is_multiple_of(2) || !(3..1 << 62).contains(&m) {
            return None;
        }
        // Newton: each step doubles the number of right bits, and m is its own inverse modulo 8.
        let inverse = (0..5).fold(m, |x, _| {
            x.wrapping_mul(2u64.wrapping_sub(m.wrapping_mul(x)))
        });
        let one = ((1u128 << 64) % u128::from(m)) as u64;
        Some(Modulus {
            m,
            neg_inverse: inverse.wrapping_neg(),
            one,
            square: (u128::from(one) * u128::from(one) % u128::from(m)) as u64,
        })
    }

    /// The modulus itself.
    pub const fn value(&self) -> u64 {
        self.m
    }

    /// One.
    pub const fn one(&self) -> Residue {
        Residue(self.one)
    }

    /// The residue of an integer.
    pub fn residue(&self, n: u64) -> Residue {
        self.mul(Residue(n % self.m), Residue(self.square))
    }

    /// The residue of a signed integer.
    pub fn signed(&self, n: i128) -> Residue {
        self.residue(n.rem_euclid(i128::from(self.m)) as u64)
    }

    /// The integer below the modulus that a residue stands for.
    pub fn integer(&self, x: Residue) -> u64 {
        self.reduce(u128::from(x.0))
    }

    /// A residue from 64 random bits: each has probability `1/m`, give or take 2⁻⁶⁴.
    pub fn random(&self, bits: u64) -> Residue {
        // The upper half of a product.
        Residue(((u128::from(bits) * u128::from(self.m)) >> 64) as u64)
    }

    /// `x + y`.
    #[inline(always)]
    pub fn add(&self, x: Residue, y: Residue) -> Residue {
        let sum = x.0 + y.0;
        Residue(if sum >= self.m { sum - self.m } else { sum })
    }

    /// `x − y`.
    #[inline(always)]
    pub fn sub(&self, x: Residue, y: Residue) -> Residue {
        let (difference, borrow) = x.0.overflowing_sub(y.0);
        Residue(if borrow {
            difference.wrapping_add(self.m)
        } else {
            difference
        })
    }

    /// `−x`.
    #[inline(always)]
    pub fn neg(&self, x: Residue) -> Residue {
        self.sub(Residue::ZERO, x)
    }

    /// `x·y`.
    #[inline(always)]
    pub fn mul(&self, x: Residue, y: Residue) -> Residue {
        Residue(self.reduce(u128::from(x.0) * u128::from(y.0)))
    }

    /// `xⁿ`; `x⁰` is one.
    pub fn pow(&self, x: Residue, mut n: u64) -> Residue {
        let (mut result, mut base) = (self.one(), x);
        while n > 0 {
            if n & 1 == 1 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            n >>= 1;
        }
        result
    }

    /// `1/x` for a prime modulus; `None` for zero.
    pub fn inverse(&self, x: Residue) -> Option<Residue> {
        // Fermat: x^(m−1) = 1.
        (!x.is_zero()).then(|| self.pow(x, self.m - 2))
    }

    /// Whether `x` is zero or a square, for a prime modulus.
    pub fn is_square(&self, x: Residue) -> bool {
        // 2⁶⁴ is a square, so the Montgomery form has the symbol of what it stands for.
        jacobi(x.0, self.m) >= 0
    }

    /// The square root that is a square itself, for a prime modulus that is 3 mod 4; of a non-square `x`, that of `−x`.
    pub fn sqrt(&self, x: Residue) -> Residue {
        self.pow(x, self.m.div_ceil(4))
    }

    // t·2⁻⁶⁴ mod m for t < m·2⁶⁴
    #[inline(always)]
    fn reduce(&self, t: u128) -> u64 {
        let q = (t as u64).wrapping_mul(self.neg_inverse);
        let sum = (t + u128::from(q) * u128::from(self.m)) >> 64;
        let sum = sum as u64;
        if sum >= self.m { sum - self.m } else { sum }
    }
}

/// The Jacobi symbol `(a/n)` of an odd `n`: for a prime `n`, 1 for squares, −1 for others, 0 for multiples.
pub(super) fn jacobi(a: u64, n: u64) -> i32 {
    let (mut a, mut n, mut symbol) = (a % n, n, 1);
    while a != 0 {
        let twos = a.trailing_zeros();
        a >>= twos;
        // (2/n) = −1 where n is 3 or 5 mod 8
        if twos % 2 == 1 && matches!(n % 8, 3 | 5) {
            symbol = -symbol;
        }
        // Reciprocity: the sign turns where both are 3 mod 4.
        if a % 4 == 3 && n % 4 == 3 {
            symbol = -symbol;
        }
        (a, n) = (n % a, a);
    }
    if n == 1 { symbol } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Rng;

    /// A prime of 62 bits and one of 31, both 3 mod 4.
    const PRIMES: [u64; 3] = [4_611_686_018_427_387_847, 2_147_483_647, 7];

    #[test]
    fn arithmetic_is_that_of_integers() {
        let mut rng = Rng::new(1);
        for m in PRIMES {
            let f = Modulus::new(m).unwrap();
            for _ in 0..2000 {
                let (x, y) = (rng.bits() % m, rng.bits() % m);
                let (a, b) = (f.residue(x), f.residue(y));
                let wide = |n: u128| (n % u128::from(m)) as u64;
                let (wx, wy) = (u128::from(x), u128::from(y));
                assert_eq!(f.integer(a), x);
                assert_eq!(f.integer(f.add(a, b)), wide(wx + wy));
                assert_eq!(f.integer(f.sub(a, b)), wide(wx + u128::from(m) - wy));
                assert_eq!(f.integer(f.mul(a, b)), wide(wx * wy));
                assert_eq!(f.neg(a), f.sub(Residue::ZERO, a));
                match f.inverse(a) {
                    Some(inverse) => assert_eq!(f.mul(a, inverse), f.one()),
                    None => assert_eq!(x, 0),
                }
            }
            assert_eq!(f.signed(-1), f.neg(f.one()));
            assert_eq!(f.pow(f.residue(3), 0), f.one());
            assert_eq!(f.integer(f.pow(f.residue(3), 5)), 243 % m);
        }
    }

    #[test]
    fn roots_are_squares_of_squares() {
        let mut rng = Rng::new(2);
        for m in PRIMES {
            let f = Modulus::new(m).unwrap();
            for _ in 0..200 {
                let x = f.residue(rng.bits() % m);
                let square = f.mul(x, x);
                let root = f.sqrt(square);
                assert!(f.is_square(square) && f.is_square(root));
                assert_eq!(f.mul(root, root), square);
                assert_eq!(root, if f.is_square(x) { x } else { f.neg(x) });
                let euler = f.pow(x, (m - 1) / 2);
                assert_eq!(f.is_square(x), x.is_zero() || euler == f.one());
            }
        }
    }

    #[test]
    fn moduli_out_of_range_are_refused() {
        for m in [0, 1, 2, 10, 1 << 62, (1 << 62) + 1, u64::MAX] {
            assert!(Modulus::new(m).is_none(), "{m}");
        }
    }
}
