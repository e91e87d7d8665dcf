//! What is suspicious, but fails no run.

use super::error::Invocation;
use crate::domain::Signature;
use crate::tree::uniformity::UniformityProblem;
use crate::tree::{BinaryOp, Loc, Math, SubgroupOp, Type};
use std::fmt;

/// What is suspicious, but fails no run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Warning {
    /// A statement that WGSL refuses, since it does not see that all invocations get there; in this run they did.
    #[error("{loc}: warning: WGSL refuses kernel `{kernel}`: {problem}")]
    NotUniform {
        /// The kernel's name.
        kernel: String,
        /// The statement.
        loc: Loc,
        /// What WGSL does not see.
        problem: Box<UniformityProblem>,
    },
    /// An operation whose outcome WGSL leaves to the device.
    #[error(
        "{loc}: warning: in kernel `{kernel}`, {invocation} {choice}\n\
         help: {}; what devices may choose is listed in the kernel language reference",
        choice.help()
    )]
    DeviceChoice {
        /// The kernel's name.
        kernel: String,
        /// The operation.
        loc: Loc,
        /// What is left open.
        choice: Choice,
        /// Who comes to it first.
        invocation: Invocation,
    },
}

/// What WGSL leaves to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A comparison with NaN.
    Comparison(BinaryOp),
    /// A function of NaN: `max`, `min`, `clamp`, `sign` or `step`.
    Function(Math),
    /// A combination over a subgroup in which a value is NaN: `subgroup_max` or `subgroup_min`.
    Subgroup(SubgroupOp),
    /// A cast of NaN to an integer.
    Cast(Type),
    /// A power of a negative number.
    Power,
}

impl Choice {
    fn help(self) -> &'static str {
        match self {
            Choice::Power => "write `powi` for whole exponents, or take the power of `x.abs()`",
            _ => "keep NaN from getting here, or test for it first: `x != x`",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Comparison(op) => write!(
                f,
                "compares NaN by `{}`: false here, and either where a compiler assumes that there is no NaN",
                op.symbol()
            ),
            Choice::Function(Math::Sign) => {
                f.write_str("takes the `sign` of NaN: 0 here, and anything on a device")
            }
            Choice::Function(Math::ToBits) => f.write_str(
                "takes the bits of NaN: those of one NaN here, and any that stand for NaN, or any at all, on a device",
            ),
            Choice::Function(op) if matches!(op.signature(), Signature::Pack(..)) => write!(
                f,
                "packs NaN by `{}`: the bits are this device's own",
                op.name()
            ),
            Choice::Function(op) => write!(
                f,
                "gives NaN to `{}`: NaN is passed over here, and may come out on a device",
                op.name()
            ),
            Choice::Subgroup(op) => write!(
                f,
                "gives NaN to `{}`: NaN is passed over here, and may come out on a device",
                op.name()
            ),
            Choice::Cast(ty) => write!(
                f,
                "casts NaN to `{ty}`: 0 here, and any number where a compiler assumes that there is no NaN"
            ),
            Choice::Power => f.write_str(
                "takes a power of a negative number: NaN here, and a number on some devices",
            ),
        }
    }
}

impl Warning {
    /// Whether both come from the same lines.
    pub(in crate::reference) fn is_like(&self, other: &Warning) -> bool {
        match (self, other) {
            (Warning::NotUniform { loc: a, .. }, Warning::NotUniform { loc: b, .. }) => a == b,
            (
                Warning::DeviceChoice { loc: a, choice, .. },
                Warning::DeviceChoice {
                    loc: b,
                    choice: other,
                    ..
                },
            ) => a == b && choice == other,
            _ => false,
        }
    }
}
