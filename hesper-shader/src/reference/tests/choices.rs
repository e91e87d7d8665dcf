//! What WGSL leaves to the device, told as warnings.

use super::{both, record};
use crate::record::Recorder;
use crate::record::builtins::{sign, subgroup_max, subgroup_min};
use crate::reference::{Binding, Choice, Options, Warning};
use crate::tree::{BinaryOp, Combine, Math, SubgroupOp, Type};
use crate::{Exp, Kernel, Memory};

/// Uses the two numbers of an invocation.
type Use = for<'m> fn(&'m Recorder, Exp<'m, f32>, Exp<'m, f32>);

fn kernel(what: Use) -> Kernel {
    record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage::<f32>("y"));
        let i = h.local_invocation_index();
        what(h, x.at(i).get(), y.at(i).get());
    })
}

/// What is told where the invocations have these numbers: each choice and who meets it.
fn told(kernel: &Kernel, x: [f32; 4], y: [f32; 4], options: &Options) -> Vec<(Choice, u32)> {
    let (x, y) = (Memory::F32(x.to_vec()), Memory::F32(y.to_vec()));
    let mut bindings = [Binding::Read(&x), Binding::Read(&y)];
    let outcome = both(kernel, [1, 1, 1], &mut bindings, options);
    let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
    let choices = outcome.warnings.into_iter().map(|warning| match warning {
        Warning::DeviceChoice {
            choice, invocation, ..
        } => (choice, invocation.global[0]),
        other => panic!("{other}"),
    });
    choices.collect()
}

const NAN: [f32; 4] = [1.0, 2.0, f32::NAN, f32::NAN];
const PLAIN: [f32; 4] = [1.0, -0.0, f32::INFINITY, -3.0];

#[test]
fn what_becomes_of_nan_is_told_once_with_who_meets_it_first() {
    use Choice::{Cast, Comparison, Function, Subgroup};
    let cases: &[(Use, Choice)] = &[
        (|_, x, y| _ = x.max(y), Function(Math::Max)),
        (|_, x, y| _ = y.max(x), Function(Math::Max)),
        (|_, x, y| _ = x.min(y), Function(Math::Min)),
        (|_, x, y| _ = x.clamp(y, y), Function(Math::Clamp)),
        (|_, x, _| _ = sign(x), Function(Math::Sign)),
        (|_, x, y| _ = x.lt(y), Comparison(BinaryOp::Less)),
        (|_, x, y| _ = y.le(x), Comparison(BinaryOp::LessEqual)),
        (|_, x, y| _ = x.gt(y), Comparison(BinaryOp::Greater)),
        (|_, x, y| _ = x.ge(y), Comparison(BinaryOp::GreaterEqual)),
        (|_, x, y| _ = x.eq(y), Comparison(BinaryOp::Equal)),
        (|_, x, _| _ = x.cast::<i32>(), Cast(Type::I32)),
        (|_, x, _| _ = x.cast::<u32>(), Cast(Type::U32)),
        (
            |_, x, _| _ = subgroup_max(x),
            Subgroup(SubgroupOp::Reduce(Combine::Max)),
        ),
        (
            |_, x, _| _ = subgroup_min(x),
            Subgroup(SubgroupOp::Reduce(Combine::Min)),
        ),
    ];
    let all = Options::default();
    for (what, choice) in cases {
        let kernel = kernel(*what);
        assert_eq!(told(&kernel, NAN, PLAIN, &all), [(*choice, 2)]);
        assert_eq!(told(&kernel, PLAIN, PLAIN, &all), [], "{choice:?}");
        assert_eq!(told(&kernel, NAN, PLAIN, &Options::fast()), []);
    }
}

#[test]
fn a_power_of_a_negative_number_is_told() {
    let kernel = kernel(|_, x, y| _ = x.powf(y));
    let all = Options::default();
    let found = told(&kernel, [1.0, 0.0, -2.0, -1.0], [3.0; 4], &all);
    assert_eq!(found, [(Choice::Power, 2)]);
    assert_eq!(told(&kernel, [1.0, -0.0, 2.0, 7.0], [-3.0; 4], &all), []);
}

#[test]
fn tests_for_nan_and_arithmetic_with_it_are_left_alone() {
    let uses: &[Use] = &[
        |_, x, _| _ = x.ne(x),
        |_, x, _| _ = x.eq(x),
        |_, x, y| _ = x.ne(y),
        |_, x, y| _ = x * y + x.exp() - x.abs(),
        // Nobody whose number is NaN gets there.
        |h, x, y| {
            h.if_(x.eq(x));
            _ = x.max(y);
            h.end_if();
        },
    ];
    for what in uses {
        assert_eq!(told(&kernel(*what), NAN, PLAIN, &Options::default()), []);
    }
}
