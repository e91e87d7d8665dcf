//! Signatures, plans and compositions that make no sense: each is a message that names the culprit, never a crash.

use hesper_ad::prelude::*;

/// `y = x·s` along rows, with a constant `s` for each of as many columns as a dimension of any name; wrong in its plan.
pub(crate) struct Scale {
    constant: &'static str,
    extra: &'static str,
    fault: u32,
}

shader! {
    #[workgroup_size(64)]
    fn scale(x: &[f32], s: &[f32], y: &mut [f32], extra: u32) {
        let i = global_index();
        if i < y.len() {
            let mut sum = 0.0;
            for j in 0..extra {
                sum += s[j];
            }
            y[i] = x[i] * sum;
        }
    }

    /// In place: what is read is what is written.
    #[workgroup_size(64)]
    fn scale_twice(x: &[f32], s: &[f32], y: &mut [f32], z: &mut [f32], extra: u32) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i] * s[0] * (extra as f32);
            z[i] = y[i];
        }
    }
}

/// One way to be wrong; 0 is none.
pub(crate) const fn scale_by(fault: u32) -> Scale {
    Scale {
        fault,
        ..right("s", "k")
    }
}

const fn right(constant: &'static str, extra: &'static str) -> Scale {
    Scale {
        constant,
        extra,
        fault: 0,
    }
}

impl DiffOp for Scale {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let output = ["y", "s", "dx", "n", "y", ""][if self.fault < 6 {
            self.fault as usize
        } else {
            0
        }];
        Signature::new("Scale")
            .input("x", ["n"])
            .constant(self.constant, [self.extra])
            .output(output, ["n"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let s = cx.sum(cx.constant(self.constant).data().iter().copied());
        let cols = cx.dim(self.extra);
        assert_eq!(cx.constant(self.constant).len(), cols);
        [x.map(|x| *x * s)]
    }

    fn backward(&self, cx: &mut Context, _: [&Tensor; 1], dy: [&Tensor; 1]) -> [Tensor; 1] {
        self.forward(cx, dy)
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (n, extra) = (plan.dim("n")?, plan.dim(self.extra)?);
        if self.fault == 6 {
            plan.forward(scale_twice(), Grid::cover(n))
                .bind("s", self.constant)
                .bind("z", "y")
                .uniform("extra", extra);
        } else {
            let step = plan.forward(scale(), Grid::cover(n));
            step.bind("s", self.constant).uniform("extra", extra);
            match self.fault {
                7 => _ = step.bind("y", "x"),
                8 => _ = step.bind("x", "y"),
                9 => _ = step.bind("x", "x").bind("x", "dy"),
                10 => _ = step.bind("extra", "n"),
                11 => plan.temporary("dy", Type::F32, n)?,
                12 => _ = plan.dim("m")?,
                13 => _ = plan.forward(scale(), Grid::cover([n][extra])),
                14 => _ = step.bind("x", "dx"),
                15 => _ = step.uniform("x", 1.0),
                _ => {}
            }
        }
        plan.backward(scale(), Grid::cover(n))
            .bind("x", "dy")
            .bind("y", "dx")
            .bind("s", self.constant)
            .uniform("extra", extra);
        Ok(())
    }
}

/// Three with a dimension `k` each; `outer.k` is taken when the third comes.
pub(crate) fn nested_left() -> impl DiffOp {
    let outer = compose(right("a", "k"), right("b", "k")).unwrap();
    four_dims(compose(outer, right("c", "k")).unwrap())
}

pub(crate) fn nested_right() -> impl DiffOp {
    let inner = compose(right("b", "k"), right("c", "k")).unwrap();
    four_dims(compose(right("a", "k"), inner).unwrap())
}

/// Dimensions of compositions stay apart.
fn four_dims<O: DiffOp>(op: O) -> O {
    let dims = op.signature().dims().len();
    assert_eq!(dims, 4);
    op
}
