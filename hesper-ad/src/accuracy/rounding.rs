//! What a format of reals has, and what WGSL grants functions in it.

use super::allowed::{NORMAL, Settled, UNIT, is_binary32, unbounded};
use hesper_shader::domain::Format;
use hesper_shader::f16;

/// A format: its precision and range, and where WGSL's table has other numbers for it.
#[derive(Debug)]
pub(super) struct Rounding {
    /// Either neighbour of a number lies within so much of it, relatively.
    pub(super) unit: f64,
    /// The least normal number; what is less may be flushed to zero.
    pub(super) normal: f64,
    /// Numbers from here on may overflow.
    pub(super) greatest: f64,
    /// How many bits are significant.
    pub(super) bits: i32,
    /// Units in the last place of `e⁰`.
    pub(super) exponential: f64,
    /// How far a logarithm of what is between ½ and 2 may be off.
    pub(super) logarithm: f64,
    /// How far a sine may be off.
    pub(super) circular: f64,
    /// Units in the last place of an arctangent.
    pub(super) angle: f64,
    /// How far arcsine and arccosine may be off at least; none where the table has a number for each.
    pub(super) arc: Option<f64>,
}

impl Rounding {
    /// 32 bits.
    pub(super) const BINARY32: Rounding = Rounding {
        unit: UNIT,
        normal: NORMAL,
        greatest: f32::MAX as f64,
        bits: 24,
        exponential: 3.0,
        logarithm: 1.0 / (1u32 << 21) as f64,
        circular: 1.0 / (1u32 << 11) as f64,
        angle: 4096.0,
        arc: None,
    };

    /// 16 bits.
    pub(super) const BINARY16: Rounding = Rounding {
        unit: 1.0 / 1024.0,
        normal: 1.0 / 16384.0,
        greatest: 65504.0,
        bits: 11,
        exponential: 1.0,
        logarithm: 1.0 / 128.0,
        circular: 1.0 / 128.0,
        angle: 5.0,
        // The table's number was rounded itself.
        arc: Some(3.9101e-3),
    };

    pub(super) const fn of(format: Format) -> &'static Rounding {
        match format {
            Format::Binary16 => &Rounding::BINARY16,
            Format::Binary32 => &Rounding::BINARY32,
        }
    }

    /// Whether the format has the number.
    pub(super) fn has(&self, value: f64) -> bool {
        match self.bits {
            24 => is_binary32(value),
            _ => f64::from(f16::from_f64(value)) == value,
        }
    }

    /// With zero, where it may be subnormal: a device may flush it when it yields or uses it.
    pub(super) fn flushed(&self, x: Settled) -> Settled {
        let Settled { low, high, .. } = x;
        Settled {
            low: if low > 0.0 && low < self.normal {
                0.0
            } else {
                low
            },
            high: if high < 0.0 && high > -self.normal {
                0.0
            } else {
                high
            },
            ..x
        }
    }

    /// Without a bound where it may overflow.
    pub(super) fn bounded(&self, x: Settled) -> Settled {
        // Not the other way round: a NaN fits nowhere.
        let fits = x.low > -self.greatest && x.high < self.greatest;
        match fits || x.is_mask() {
            true => x,
            false => unbounded(x.value),
        }
    }
}
