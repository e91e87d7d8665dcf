//! Wrong VJPs.

use super::{refused, wrong};
use hesper_ad::ops::{Relu, Softmax};
use hesper_ad::prelude::*;

fn right(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let [dx] = Softmax.backward(cx, [x], [dy]);
    dx
}

fn wrong_sign(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    right(cx, x, dy).map(|dx| -*dx)
}

/// Softmax without the mean: dx = y·dy.
fn missing_term(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let [y] = Softmax.forward(cx, [x]);
    y.zip(dy, |y, dy| *y * *dy)
}

fn nan(cx: &mut Context, x: &Tensor, _: &Tensor) -> Tensor {
    let nan = cx.real(f64::NAN);
    x.map(|_| nan)
}

fn nan_at_one_place(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let mut dx = right(cx, x, dy);
    if let Some(last) = dx.data_mut().last_mut() {
        *last = cx.real(f64::NAN);
    }
    dx
}

fn empty(_: &mut Context, _: &Tensor, _: &Tensor) -> Tensor {
    Tensor::empty()
}

fn flattened(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let data = right(cx, x, dy).into_data();
    Tensor::from_fn([data.len()], |[i]| data[i])
}

fn dy_ignored(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let one = cx.real(1.0);
    right(cx, x, &dy.map(|_| one))
}

fn dy_squared(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    right(cx, x, &dy.map(|dy| *dy * *dy))
}

fn a_millionth_off(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    right(cx, x, dy).map(|dx| *dx * 1.000001)
}

fn relu_of_dy(cx: &mut Context, x: &Tensor, dy: &Tensor) -> Tensor {
    let zero = cx.real(0.0);
    x.zip(dy, |_, dy| Real::select(dy.gt(0.0), *dy, zero))
}

wrong!(WrongSign of Softmax, backward = wrong_sign);
wrong!(MissingTerm of Softmax, backward = missing_term);
wrong!(Nan of Softmax, backward = nan);
wrong!(NanAtOnePlace of Softmax, backward = nan_at_one_place);
wrong!(Empty of Softmax, backward = empty);
wrong!(Flattened of Softmax, backward = flattened);
wrong!(DyIgnored of Softmax, backward = dy_ignored);
wrong!(DySquared of Softmax, backward = dy_squared);
wrong!(AMillionthOff of Softmax, backward = a_millionth_off);
wrong!(ReluOfDy of Relu, backward = relu_of_dy);

const BOTH: [&str; 2] = ["finite differences", "dual numbers"];

#[test]
fn wrong_specs_are_refused() {
    let ops: [(&dyn Op, &str, &str); 10] = [
        (&WrongSign, "wrong sign", ""),
        (&MissingTerm, "missing term", ""),
        (&Nan, "NaN", "NaN"),
        (&NanAtOnePlace, "NaN at one place", "NaN"),
        (&Empty, "empty result", "shape"),
        (&Flattened, "flattened result", "shape"),
        (&DyIgnored, "dy ignored", ""),
        (&DySquared, "dy squared", ""),
        (&AMillionthOff, "a millionth off", ""),
        (&ReluOfDy, "tests dy for x", ""),
    ];
    for (op, fault, reason) in ops {
        // What has the wrong shape is told before anything is compared.
        let checks = match reason {
            "shape" => &["spec fits its ports"][..],
            _ => &BOTH,
        };
        for check in checks {
            refused(op, fault, check, reason);
        }
    }
}

#[test]
fn a_wrong_part_of_a_composition_is_refused() {
    let op = compose(WrongSign, Relu).unwrap();
    refused(&op, "wrong outer op", "dual numbers", "");
    let op = compose(Softmax, ReluOfDy).unwrap();
    refused(&op, "wrong inner op", "dual numbers", "");
}
