//! One kernel over several number domains.

use super::{fault, record, run_f32};
use crate::domain::{Comparison, Domain, F32, F64, Format, NoMeaning, RealBinary, RealUnary};
use crate::reference::{Binding, Fault, run};
use crate::tree::ScalarValue;
use crate::{Kernel, Memory, Number};
use std::cell::{Cell, RefCell};

/// `y = exp(x·0.1) / 3` where `i < n`.
fn scaled_exp() -> Kernel {
    record([8, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(
            y.at(i),
            (x.at(i).get() * h.float("0.1")).exp() / h.float("3.0"),
        );
        h.end_if();
    })
}

#[test]
fn the_same_kernel_in_f32_and_f64() {
    let kernel = scaled_exp();
    let x: Vec<f32> = (0..13).map(|i| i as f32 - 6.0).collect();
    let mut single = Memory::F32(vec![0.0f32; 13]);
    let mut double = Memory::F32(vec![0.0f64; 13]);
    let x32 = Memory::F32(x.clone());
    let x64 = x32.map_reals(f64::from);
    let ran = run_f32(
        &kernel,
        [2, 1, 1],
        &mut [Binding::Read(&x32), Binding::Write(&mut single)],
    );
    assert_eq!(ran, Ok(()));
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let mut bindings = [Binding::Read(&x64), Binding::Write(&mut double)];
    assert_eq!(run(&F64, tree, [2, 1, 1], &mut bindings), Ok(()));
    let exact: Vec<f64> = x
        .iter()
        .map(|x| F64.unary(RealUnary::Exp, f64::from(*x) * 0.1) / 3.0)
        .collect();
    let rounded = |x: &f32| F32.unary(RealUnary::Exp, x * 0.1) / 3.0;
    assert_eq!(double, Memory::F32(exact));
    assert_eq!(single, Memory::F32(x.iter().map(rounded).collect()));
}

/// A domain that counts what it is asked and refuses integers.
#[derive(Default)]
struct Counting {
    operations: Cell<u32>,
    /// What became a kernel's, with its format.
    rounded: RefCell<Vec<(Format, f64)>>,
}

impl Counting {
    fn count<T>(&self, value: T) -> T {
        self.operations.set(self.operations.get() + 1);
        value
    }
}

impl Domain for Counting {
    type Value = f64;
    type Mask = bool;

    fn name(&self) -> String {
        "counting".to_string()
    }
    fn constant(&self, number: Number) -> f64 {
        number.to_f64()
    }
    fn neg_infinity(&self) -> f64 {
        f64::NEG_INFINITY
    }
    fn from_f32(&self, value: f32) -> f64 {
        value.into()
    }
    fn from_integer(&self, value: i64) -> f64 {
        self.count(value as f64)
    }
    fn round(&self, format: Format, value: f64) -> f64 {
        self.rounded.borrow_mut().push((format, value));
        F32.round(Format::Binary16, value as f32).into()
    }
    fn to_integer(&self, _: f64, _: i64, _: i64) -> Result<i64, NoMeaning> {
        Err(NoMeaning {
            domain: self.name(),
            operation: "conversion to an integer".to_string(),
        })
    }
    fn unary(&self, op: RealUnary, x: f64) -> f64 {
        self.count(F64.unary(op, x))
    }
    fn binary(&self, op: RealBinary, x: f64, y: f64) -> f64 {
        self.count(F64.binary(op, x, y))
    }
    fn compare(&self, op: Comparison, x: f64, y: f64) -> bool {
        self.count(F64.compare(op, x, y))
    }
    fn select(&self, mask: bool, on_true: f64, on_false: f64) -> f64 {
        self.count(F64.select(mask, on_true, on_false))
    }
}

#[test]
fn a_domain_is_asked_for_active_lanes_alone() {
    let kernel = scaled_exp();
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let domain = Counting::default();
    let x = Memory::F32(vec![1.0; 13]);
    let mut y = Memory::F32(vec![0.0; 13]);
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
    assert_eq!(run(&domain, tree, [2, 1, 1], &mut bindings), Ok(()));
    assert_eq!(domain.operations.get(), 3 * 13);
}

#[test]
fn what_is_brought_into_a_kernel_is_rounded_as_its_type() {
    let kernel = record([4, 1, 1], |h| {
        let x = h.storage_mut::<f32>("x");
        let i = h.global_index();
        h.if_(i.lt(x.len()));
        h.store(x.at(i), i.cast::<f32>() + h.float("2049.0"));
        h.end_if();
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let domain = Counting::default();
    let mut x = Memory::F32(vec![0.0; 2]);
    let mut bindings = [Binding::Write(&mut x)];
    assert_eq!(run(&domain, tree, [1, 1, 1], &mut bindings), Ok(()));
    assert_eq!(x, Memory::F32(vec![2048.0, 2049.0]));
    let brought = [2049.0, 0.0, 1.0].map(|value| (Format::Binary32, value));
    assert_eq!(domain.rounded.take(), brought);
}

#[test]
fn an_operation_without_meaning_is_an_error_with_its_line() {
    let line = line!() + 5;
    let kernel = record([4, 1, 1], |h| {
        let (x, n) = (h.storage_mut::<f32>("x"), h.uniform::<u32>("n"));
        let i = h.global_index();
        h.if_(i.lt(n));
        h.store(x.at(x.at(i).get().cast::<u32>()), h.float("1.0"));
        h.end_if();
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    let domain = Counting::default();
    let mut x = Memory::F32(vec![0.0; 4]);
    let mut bindings = [Binding::Write(&mut x), Binding::Value(ScalarValue::U32(0))];
    assert_eq!(run(&domain, tree, [1, 1, 1], &mut bindings), Ok(()));
    let mut bindings = [Binding::Write(&mut x), Binding::Value(ScalarValue::U32(2))];
    let Err(error) = run(&domain, tree, [1, 1, 1], &mut bindings) else {
        panic!("no error was reported");
    };
    assert!(matches!(error.fault, Fault::NoMeaning(_)), "{error}");
    assert_eq!(error.loc.0.line(), line, "{error}");
    // In f32 it has one: two lanes write element 0.
    let mut x = Memory::F32(vec![0.0f32; 4]);
    let error = fault(
        &kernel,
        [1, 1, 1],
        &mut [Binding::Write(&mut x), Binding::Value(ScalarValue::U32(2))],
    );
    assert!(matches!(error.fault, Fault::Race(_)), "{error}");
}
