//! Small ops for the crate's own tests, some deliberately wrong.

use crate::{Context, DiffOp, Real, Signature, Tensor};

/// `y = max(x, 0)`;  `dx = dy` where `x > 0`, else 0.
pub(crate) struct Relu;

impl DiffOp for Relu {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("ReLU").input("x", ["n"]).output("y", ["n"])
    }

    fn forward<T: Real>(&self, _: &mut Context<T>, [x]: [&Tensor<T>; 1]) -> [Tensor<T>; 1] {
        [x.map(|x| x.max(0.0))]
    }

    fn backward<T: Real>(
        &self,
        _: &mut Context<T>,
        [x]: [&Tensor<T>; 1],
        [dy]: [&Tensor<T>; 1],
    ) -> [Tensor<T>; 1] {
        [x.zip(dy, |x, dy| T::select(x.gt(0.0), *dy, 0.0))]
    }
}

/// What is wrong with a [`Softmax`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mutant {
    None,
    WrongSign,
    MissingTerm,
    Nan,
    NanOnce,
    Empty,
    CotangentIgnored,
    SlightlyOff,
    Zero,
    Transposed,
    Panics,
    ForwardNan,
    ForwardEmpty,
    NotSaved,
    UnknownConstant,
}

/// `yᵢ = exp(xᵢ − max x) / Σ exp(xⱼ − max x)` by rows, `lse = max x + ln Σ`;  `dxᵢ = yᵢ (dyᵢ − Σ dyⱼ yⱼ)`.
pub(crate) struct Softmax(pub(crate) Mutant);

impl DiffOp for Softmax {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("Softmax").input("x", ["rows", "cols"]);
        signature
            .output("y", ["rows", "cols"])
            .saved("lse", ["rows"])
    }

    fn forward<T: Real>(&self, cx: &mut Context<T>, [x]: [&Tensor<T>; 1]) -> [Tensor<T>; 1] {
        let max = |row: &[T]| cx.max(row.iter().copied());
        let sum = |row: &[T]| cx.sum(row.iter().map(|x| (*x - max(row)).exp()));
        let y = x.map_rows(|row| {
            row.iter()
                .map(|x| (*x - max(row)).exp() / sum(row))
                .collect()
        });
        let lse = x.reduce_rows(|row| max(row) + sum(row).ln());
        if self.0 != Mutant::NotSaved {
            cx.save("lse", lse);
        }
        match self.0 {
            Mutant::ForwardNan => [y.map(|y| *y * f64::NAN)],
            Mutant::ForwardEmpty => [Tensor::empty()],
            Mutant::UnknownConstant => [y.map(|y| *y * cx.scalar("scale"))],
            _ => [y],
        }
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        [x]: [&Tensor<T>; 1],
        [dy]: [&Tensor<T>; 1],
    ) -> [Tensor<T>; 1] {
        let [y] = Softmax(Mutant::None).forward(cx, [x]);
        let dx = y.zip_rows(dy, |y, dy| {
            let dot = cx.sum(y.iter().zip(dy).map(|(y, dy)| *y * *dy));
            let term = |(y, dy): (&T, &T)| match self.0 {
                Mutant::WrongSign => *y * (dot - *dy),
                Mutant::MissingTerm => *y * *dy,
                Mutant::Nan => (*y - *y) / (*y - *y),
                Mutant::CotangentIgnored => *y * (-dot + 1.0),
                Mutant::SlightlyOff => *y * (*dy - dot) * (1.0 + 1e-8),
                Mutant::Zero => *y - *y,
                _ => *y * (*dy - dot),
            };
            y.iter().zip(dy).map(term).collect()
        });
        let (rows, cols) = (cx.dim("rows"), cx.dim("cols"));
        match self.0 {
            Mutant::Empty => [Tensor::empty()],
            Mutant::Transposed => [Tensor::from_fn([cols, rows], |[j, i]| dx[[i, j]])],
            Mutant::Panics => [Tensor::from_fn([rows, cols], |[i, j]| dx[[i, j + 1]])],
            Mutant::NanOnce => {
                let mut dx = dx;
                dx[[0, 0]] = cx.real(f64::NAN);
                [dx]
            }
            _ => [dx],
        }
    }
}

/// `C = A·B`;  `dA = dC·Bᵀ`, `dB = Aᵀ·dC`.
pub(crate) struct MatMul;

impl DiffOp for MatMul {
    type Inputs<V> = [V; 2];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("MatMul")
            .input("a", ["m", "k"])
            .input("b", ["k", "n"]);
        signature.output("c", ["m", "n"])
    }

    fn forward<T: Real>(&self, cx: &mut Context<T>, [a, b]: [&Tensor<T>; 2]) -> [Tensor<T>; 1] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        [Tensor::from_fn([m, n], |[i, j]| {
            cx.sum((0..k).map(|l| a[[i, l]] * b[[l, j]]))
        })]
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        [a, b]: [&Tensor<T>; 2],
        [dc]: [&Tensor<T>; 1],
    ) -> [Tensor<T>; 2] {
        let (m, k, n) = (cx.dim("m"), cx.dim("k"), cx.dim("n"));
        let da = Tensor::from_fn([m, k], |[i, l]| {
            cx.sum((0..n).map(|j| dc[[i, j]] * b[[l, j]]))
        });
        let db = Tensor::from_fn([k, n], |[l, j]| {
            cx.sum((0..m).map(|i| a[[i, l]] * dc[[i, j]]))
        });
        [da, db]
    }
}

/// `lossᵢ = s·(ln Σ exp xᵢⱼ − xᵢ,labelᵢ)`;  `dxᵢⱼ = s·dlossᵢ (softmax xᵢ)ⱼ − s·dlossᵢ·[j = labelᵢ]`.
pub(crate) struct CrossEntropy;

impl DiffOp for CrossEntropy {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("CrossEntropy")
            .input("x", ["k", "classes"])
            .constant("s", [])
            .integer("labels", ["k"], "classes")
            .output("loss", ["k"])
            .saved("lse", ["k"])
    }

    fn forward<T: Real>(&self, cx: &mut Context<T>, [x]: [&Tensor<T>; 1]) -> [Tensor<T>; 1] {
        let lse = x.reduce_rows(|row| {
            let max = cx.max(row.iter().copied());
            max + cx.sum(row.iter().map(|x| (*x - max).exp())).ln()
        });
        let (labels, s) = (cx.integers("labels"), cx.scalar("s"));
        let loss = Tensor::from_fn([lse.len()], |[i]| {
            s * (lse[[i]] - x[[i, labels[[i]] as usize]])
        });
        cx.save("lse", lse);
        [loss]
    }

    fn backward<T: Real>(
        &self,
        cx: &mut Context<T>,
        [x]: [&Tensor<T>; 1],
        [dloss]: [&Tensor<T>; 1],
    ) -> [Tensor<T>; 1] {
        self.forward(cx, [x]);
        let (labels, lse, s) = (cx.integers("labels"), &cx.saved()["lse"], cx.scalar("s"));
        [Tensor::from_fn([x.shape()[0], x.shape()[1]], |[i, j]| {
            let hit = if labels[[i]] as usize == j { 1.0 } else { 0.0 };
            s * dloss[[i]] * ((x[[i, j]] - lse[[i]]).exp() - hit)
        })]
    }
}
