//! Every builtin function on every type it takes, within the accuracy that WGSL grants: whoever understands the tree agrees.

use super::tint;
use crate::lower::build::{Kernel, at, operand_types, value_types};
use hesper_shader::Memory;
use hesper_shader::domain::{Accuracy, Domain, F64, Primitive};
use hesper_shader::tree::{BinaryOp, Math, Scalar, Tree, Type};
use tests::differential::{
    Case, Enclosure, Executor, Input, Inputs, Interval, Judges, check, on_device,
};

/// Elements of each buffer: no multiple of a workgroup.
const ELEMENTS: usize = 61;

/// Where a function is tried: the range of each operand, for elements by turns.
type Ranges = Vec<[(f32, f32); 3]>;

fn ranges(math: Math) -> Ranges {
    let one = |x| vec![[x, x, x]];
    let two = |x, y| vec![[x, y, y]];
    match math {
        Math::Abs
        | Math::Ceil
        | Math::Clamp
        | Math::Floor
        | Math::Fract
        | Math::Max
        | Math::Min
        | Math::Mix
        | Math::MulAdd
        | Math::RoundTiesEven
        | Math::Sign
        | Math::Step
        | Math::Trunc => one((-7.3, 8.1)),
        Math::Acos | Math::Asin | Math::Atanh => one((-0.97, 0.95)),
        Math::Acosh => one((1.01, 300.0)),
        Math::Asinh => vec![[(-3.0, 3.0); 3], [(3.0, 3e3); 3]],
        Math::Atan => vec![[(-2.0, 2.1); 3], [(-9e3, 9e3); 3]],
        Math::Atan2 => vec![
            [(-3.0, 4.0), (0.2, 5.0), (0.0, 0.0)],
            [(0.1, 4.0), (-4.0, -0.3), (0.0, 0.0)],
            [(-4.0, -0.1), (-4.0, -0.3), (0.0, 0.0)],
        ],
        Math::Cos | Math::Sin => one((-3.1, 3.1)),
        Math::Tan => one((-1.2, 1.3)),
        Math::Cosh | Math::Sinh | Math::Tanh => one((-4.0, 4.0)),
        Math::Cross | Math::Distance | Math::Dot | Math::Length | Math::Reflect => one((-3.3, 4.4)),
        Math::Exp | Math::Exp2 => one((-9.0, 9.0)),
        // The sign of a scalar product decides.
        Math::FaceForward => vec![
            [(-2.0, 2.0), (0.5, 2.0), (0.5, 2.0)],
            [(-2.0, 2.0), (-2.0, -0.5), (0.5, 2.0)],
        ],
        Math::FrexpExponent | Math::FrexpFraction => vec![[(-9e4, 9e4); 3], [(-1e-3, 1e-3); 3]],
        Math::InverseSqrt | Math::Ln | Math::Log2 | Math::Sqrt => {
            vec![[(0.01, 2.0); 3], [(2.0, 3e3); 3]]
        }
        Math::Ldexp => two((-3.0, 3.0), (-9.5, 9.5)),
        Math::Normalize => vec![[(0.3, 4.0); 3], [(-5.0, -0.2); 3]],
        Math::Powf => two((0.1, 8.0), (-3.0, 3.0)),
        // Numbers that binary16 has: software drivers pass the others on as they are (known-driver-issues.md).
        Math::QuantizeToF16 => one((-64.0, 64.0)),
        // With total reflection, and without.
        Math::Refract => vec![
            [(-0.3, 0.3), (-0.3, 0.3), (0.2, 0.9)],
            [(-0.1, 0.1), (-0.1, 0.1), (1.2, 1.5)],
        ],
        Math::Saturate => one((-1.5, 2.5)),
        Math::Smoothstep => vec![[(-2.0, -1.0), (1.0, 2.0), (-3.0, 3.0)]],
        Math::All
        | Math::Any
        | Math::CountOnes
        | Math::FirstLeadingBit
        | Math::FirstTrailingBit
        | Math::LeadingZeros
        | Math::Pack4xI8
        | Math::Pack4xI8Clamp
        | Math::Pack4xU8
        | Math::Pack4xU8Clamp
        | Math::ReverseBits
        | Math::TrailingZeros => one((-300.0, 300.0)),
        Math::ExtractBits => vec![
            [(-9e8, 9e8), (0.0, 31.0), (0.0, 8.0)],
            [(-9e8, 9e8), (0.0, 40.0), (0.0, 40.0)],
        ],
        Math::InsertBits => vec![[(-9e8, 9e8), (-9e8, 9e8), (0.0, 40.0)]],
        Math::Dot4I8Packed | Math::Dot4U8Packed => one((-9e8, 9e8)),
        Math::Unpack4xI8 | Math::Unpack4xU8 => one((-2e9, 2e9)),
        Math::Unpack2x16Snorm
        | Math::Unpack2x16Unorm
        | Math::Unpack4x8Snorm
        | Math::Unpack4x8Unorm => one((-2e9, 2e9)),
        Math::Unpack2x16Float => one((-2e9, 2e9)),
        // Of finite numbers.
        Math::FromBits => one((0x2000_0000 as f32, 0x4500_0000 as f32)),
        Math::ToBits => vec![[(-9e4, 9e4); 3], [(-1e-3, 1e-3); 3]],
        // Away from where two steps are equally near, and numbers that binary16 has.
        Math::Pack2x16Float => one((-64.0, 64.0)),
        Math::Pack2x16Snorm | Math::Pack4x8Snorm => one((-1.3, 1.3)),
        Math::Pack2x16Unorm | Math::Pack4x8Unorm => one((-0.3, 1.3)),
        Math::ToDegrees => one((-8.0, 8.0)),
        Math::ToRadians => one((-400.0, 400.0)),
    }
}

/// Numbers across a range, in no order.
fn numbers(math: Math, operand: usize, count: usize, per_element: usize) -> Vec<f32> {
    let ranges = ranges(math);
    (0..count)
        .map(|i| {
            let (low, high) = ranges[i / per_element % ranges.len()][operand.min(2)];
            let part = (i * 37 + operand * 11) % 101;
            let x = low + (high - low) * part as f32 / 100.0;
            match math {
                Math::QuantizeToF16 | Math::Pack2x16Float => (x * 8.0).round() / 8.0,
                _ => x,
            }
        })
        .collect()
}

/// In what a buffer holds values of a type: truth values as 0 and 1.
fn in_memory(ty: Type) -> Type {
    match ty.scalar {
        Scalar::Bool => ty.with_scalar(Scalar::U32),
        _ => ty,
    }
}

fn case(math: Math, ty: Type) -> Option<Case> {
    let types = operand_types(math, ty);
    let result = math.result(&types)?;
    let mut k = Kernel::new("function");
    let operands: Vec<_> = types
        .iter()
        .zip(["x", "y", "z", "w"])
        .map(|(ty, name)| (k.read(name, in_memory(*ty)), *ty))
        .collect();
    let out = k.write("out", in_memory(result));
    let tree: Tree = k.body(|b| {
        let i = b.global_index();
        let length = b.length(out);
        let inside = b.binary(BinaryOp::Less, i, length);
        b.if_(inside, |b| {
            let values: Vec<_> = operands
                .iter()
                .map(|(param, ty)| {
                    let value = b.load(at(*param, i), in_memory(*ty));
                    b.convert(value, ty.scalar)
                })
                .collect();
            let value = b.math(math, &values);
            let value = b.convert(value, in_memory(result).scalar);
            b.store(at(out, i), value);
        });
    });
    let memory = |operand: usize, ty: &Type| {
        let per_element = usize::from(ty.size);
        let numbers = numbers(math, operand, ELEMENTS * per_element, per_element);
        Input::Buffer(match ty.scalar {
            Scalar::I32 => Memory::I32(numbers.iter().map(|x| x.round() as i32).collect()),
            Scalar::U32 => {
                // Halves that are finite as binary16.
                let kept = match math {
                    Math::Unpack2x16Float => 0xbfff_bfff,
                    _ => u32::MAX,
                };
                Memory::U32(numbers.iter().map(|x| *x as i64 as u32 & kept).collect())
            }
            Scalar::Bool => {
                let truths = numbers.iter().map(|x| (*x > -250.0).into());
                Memory::U32(truths.collect())
            }
            _ => Memory::F32(numbers),
        })
    };
    let mut arguments: Vec<Input> = (0..).zip(&types).map(|(at, ty)| memory(at, ty)).collect();
    let count = ELEMENTS * usize::from(result.size);
    arguments.push(Input::Buffer(match result.scalar {
        Scalar::I32 => Memory::I32(vec![0; count]),
        Scalar::U32 | Scalar::Bool => Memory::U32(vec![0; count]),
        Scalar::F16 | Scalar::F32 => Memory::F32(vec![0.0; count]),
    }));
    Some(Case {
        tree,
        inputs: Inputs {
            groups: [1, 1, 1],
            arguments,
        },
        divides_by_zero: false,
    })
}

#[test]
fn every_function_is_what_wgsl_says() {
    let device = tests::gpu("every builtin function");
    let on_it = device.map(|device| move |case: &Case| on_device(device, case));
    let judges = Judges {
        tint: tint(),
        executor: on_it.as_ref().map(|executor| executor as &Executor<'_>),
        subgroup_size: None,
    };
    let mut failures = Vec::new();
    for math in Math::ALL {
        let mut compared = 0;
        for case in value_types().filter_map(|ty| case(*math, ty)) {
            match check(&case, &judges) {
                Ok(tally) => {
                    compared += tally.compared();
                    if tally.unbounded > 0 {
                        failures.push(format!("{math:?}: {tally:?}"));
                    }
                }
                Err(failure) => failures.push(format!("{math:?}: {failure}")),
            }
        }
        if compared < ELEMENTS {
            failures.push(format!("{math:?}: {compared} numbers compared"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// How far the table lets a function of one operand be from its value, in absolute terms; none where that is left to a definition.
fn granted(accuracy: Accuracy, x: f64, value: f64) -> Option<f64> {
    let unit = f64::from(f32::EPSILON) * value.abs().log2().floor().exp2();
    match accuracy {
        Accuracy::Rounded => Some(0.0),
        Accuracy::Ulp(n) => Some(f64::from(n) * unit),
        Accuracy::Exponential => Some((3.0 + 2.0 * x.abs()) * unit),
        Accuracy::Logarithm if (0.5..=2.0).contains(&x) => Some(2f64.powi(-21)),
        Accuracy::Logarithm => Some(3.0 * unit),
        Accuracy::Circular => Some(2f64.powi(-11)),
        Accuracy::AtLeast(error) => Some(error.into()),
        Accuracy::Inherited => None,
    }
}

/// The intervals by which devices are judged hold what the table grants, and no more than that: rounding aside, where definitions grant nothing.
#[test]
fn intervals_grant_what_the_table_says() {
    let mut compared = 0;
    for math in Math::ALL {
        let Some(Primitive::Unary(op)) = math.primitive() else {
            continue;
        };
        for (low, high) in ranges(*math).into_iter().map(|[x, ..]| x) {
            for at in 0..=20 {
                let x = low + (high - low) * (at as f32 / 20.0);
                let value = F64.unary(op, x.into());
                let Some(granted) = granted(math.accuracy(), x.into(), value) else {
                    continue;
                };
                let Interval { low, high, .. } =
                    Enclosure::default().unary(op, Interval::point(x.into()));
                let holds = low <= value - granted && value + granted <= high;
                // What is below the least normal number may become zero.
                let unit = match math {
                    Math::QuantizeToF16 => 2f64.powi(-10),
                    _ => f32::EPSILON.into(),
                };
                let rounding = 2.0 * unit * value.abs();
                let rounding = rounding + f64::from(f32::MIN_POSITIVE);
                let most = 2.0 * (granted + rounding);
                let is_open = matches!(math.accuracy(), Accuracy::AtLeast(_));
                assert!(
                    holds && (is_open || high - low <= most),
                    "{math:?} at {x}: {value} ± {granted:e} is judged by [{low}, {high}]"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}
