//! Builtin functions between numbers and the bits of words: casts of bits, packing and unpacking, products of packed bytes.
//!
//! They are computed for active lanes alone: the domain may count what it is asked, or refuse.

use super::columns::{Column, mixed, refused};
use super::reals::Reals;
use crate::domain::{Arithmetic, Domain, Math, NoMeaning, RealUnary};
use crate::reference::report::error::Fault;
use half::f16;

/// One of these functions.
pub(super) fn packed<D: Domain<Mask = bool>>(
    reals: &Reals<'_, D>,
    op: Math,
    operands: [Option<&Column<D::Value>>; 2],
    active: &[bool],
    out: &mut Column<D::Value>,
) -> Result<(), Fault> {
    let d = reals.domain;
    let lanes = Lanes(active);
    match (operands, out) {
        ([Some(Column::F32(x)), None], Column::U32(out)) => match op {
            Math::ToBits => lanes.each(x, out, |x| d.to_bits(x)),
            _ => lanes.pack(x, out, |x| part_of_real(d, op, x)),
        },
        ([Some(Column::I32(x)), None], Column::U32(out)) => lanes.pack(x, out, |x| match op {
            Math::Pack4xI8 => Ok(x as u32),
            _ => Ok(x.clamp(-128, 127) as u32),
        }),
        ([Some(Column::U32(x)), None], Column::U32(out)) => match op {
            Math::Pack4xU8 => lanes.pack(x, out, Ok),
            Math::Pack4xU8Clamp => lanes.pack(x, out, |x| Ok(x.min(255))),
            _ => lanes.unpack(x, out, |byte| byte),
        },
        ([Some(Column::U32(x)), None], Column::I32(out)) => {
            lanes.unpack(x, out, |byte| i32::from(byte as u8 as i8))
        }
        ([Some(Column::U32(x)), None], Column::F32(out)) => match op {
            Math::FromBits => lanes.each(x, out, |bits| Ok(d.from_f32(f32::from_bits(bits)))),
            _ => lanes.unpack(x, out, |part| real_of_part(reals, op, part)),
        },
        ([Some(Column::U32(x)), Some(Column::U32(y))], Column::I32(out)) => {
            lanes.dot(x, y, out, |byte| i32::from(byte as i8))
        }
        ([Some(Column::U32(x)), Some(Column::U32(y))], Column::U32(out)) => {
            lanes.dot(x, y, out, u32::from)
        }
        _ => mixed(),
    }
}

/// A real as the half or the byte that it is packed to.
fn part_of_real<D: Domain<Mask = bool>>(d: &D, op: Math, x: D::Value) -> Result<u32, NoMeaning> {
    let (low, steps) = match op {
        Math::Pack2x16Float => {
            let x = d.unary(RealUnary::QuantizeToF16, x);
            let x = f32::from_bits(d.to_bits(x)?);
            return Ok(f16::from_f32(x).to_bits().into());
        }
        Math::Pack2x16Snorm => (-1, 32767),
        Math::Pack2x16Unorm => (0, 65535),
        Math::Pack4x8Snorm => (-1, 127),
        Math::Pack4x8Unorm => (0, 255),
        _ => refused("packing of reals to integers"),
    };
    let x = d.min(d.max(x, d.integer(low)), d.integer(1));
    let x = d.floor(d.add(d.decimal("0.5"), d.mul(d.integer(steps), x)));
    Ok(d.to_integer(x, -steps, steps)? as u32)
}

/// The real that a half or a byte of a word stands for.
fn real_of_part<D: Domain<Mask = bool>>(reals: &Reals<'_, D>, op: Math, part: u32) -> D::Value {
    let d = reals.domain;
    let steps = |n: i64, steps: i64| d.div(d.from_integer(n), d.integer(steps));
    match op {
        Math::Unpack2x16Float => d.from_f32(f16::from_bits(part as u16).to_f32()),
        Math::Unpack2x16Snorm => d.max(steps((part as u16 as i16).into(), 32767), d.integer(-1)),
        Math::Unpack2x16Unorm => steps(part.into(), 65535),
        Math::Unpack4x8Snorm => d.max(steps((part as u8 as i8).into(), 127), d.integer(-1)),
        Math::Unpack4x8Unorm => steps(part.into(), 255),
        _ => refused("unpacking of integers to reals"),
    }
}

/// Which lanes are active.
struct Lanes<'a>(&'a [bool]);

impl Lanes<'_> {
    fn active(&self) -> impl Iterator<Item = usize> {
        let lanes = self.0.iter().enumerate();
        lanes.filter(|(_, on)| **on).map(|(lane, _)| lane)
    }

    fn each<A: Copy, B>(
        &self,
        x: &[A],
        out: &mut [B],
        f: impl Fn(A) -> Result<B, NoMeaning>,
    ) -> Result<(), Fault> {
        let lanes = self.0.len().max(1);
        for (x, out) in x.chunks_exact(lanes).zip(out.chunks_exact_mut(lanes)) {
            for lane in self.active() {
                out[lane] = f(x[lane])?;
            }
        }
        Ok(())
    }

    /// Words of as many equal parts as there are components.
    fn pack<A: Copy>(
        &self,
        x: &[A],
        out: &mut [u32],
        part: impl Fn(A) -> Result<u32, NoMeaning>,
    ) -> Result<(), Fault> {
        let lanes = self.0.len().max(1);
        let width = width(x.len() / lanes);
        for lane in self.active() {
            let mut word = 0;
            for (c, x) in x.chunks_exact(lanes).enumerate() {
                word |= (part(x[lane])? & (u32::MAX >> (32 - width))) << (width * c as u32);
            }
            out[lane] = word;
        }
        Ok(())
    }

    /// As many equal parts of words as there are components.
    fn unpack<B>(&self, x: &[u32], out: &mut [B], value: impl Fn(u32) -> B) -> Result<(), Fault> {
        let lanes = self.0.len().max(1);
        let width = width(out.len() / lanes);
        for (c, out) in out.chunks_exact_mut(lanes).enumerate() {
            for lane in self.active() {
                out[lane] = value(x[lane] >> (width * c as u32) & (u32::MAX >> (32 - width)));
            }
        }
        Ok(())
    }

    fn dot<B: std::ops::Mul<Output = B> + std::iter::Sum>(
        &self,
        x: &[u32],
        y: &[u32],
        out: &mut [B],
        of: impl Fn(u8) -> B,
    ) -> Result<(), Fault> {
        for lane in self.active() {
            let pairs = x[lane].to_le_bytes().into_iter().zip(y[lane].to_le_bytes());
            out[lane] = pairs.map(|(x, y)| of(x) * of(y)).sum();
        }
        Ok(())
    }
}

/// Bits of each of so many parts of a word.
fn width(parts: usize) -> u32 {
    32 / (parts as u32).max(1)
}
