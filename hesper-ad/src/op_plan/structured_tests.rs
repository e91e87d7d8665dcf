//! A kernel's parameters as one structure: right ones pass, exchanged fields are refused, and what does not fit is told.

use crate::prelude::*;

shader! {
    #[derive(Clone, Copy)]
    struct Line {
        rows: u32,
        slope: f32,
        start: f32,
    }

    /// y = slope·x + start.
    #[workgroup_size(64)]
    fn line(x: &[f32], y: &mut [f32], p: Line) {
        let i = global_index();
        if i < p.rows {
            y[i] = p.slope * x[i] + p.start;
        }
    }
}

/// `y = 0.1·x + 3`, whose kernels are given this as plan.
struct Affine(fn(&mut OpPlan, u32));

impl DiffOp for Affine {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Affine")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| *x * 0.1 + 3.0)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.map(|dy| *dy * 0.1)]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        self.0(plan, u32::try_from(n).unwrap_or(u32::MAX));
        let back = plan.backward(line(), Grid::cover(n));
        back.bind("x", "dy").bind("y", "dx");
        // A field at a time: a size by its name.
        back.bind("p.rows", "n")
            .uniform("p.slope", 0.1)
            .uniform("p.start", 0.0);
        Ok(())
    }
}

fn forward(plan: &mut OpPlan, rows: u32, p: Line) {
    plan.forward(line(), Grid::cover(rows as usize))
        .uniform("p", Line { rows, ..p });
}

const RIGHT: Line = Line {
    rows: 0,
    slope: 0.1,
    start: 3.0,
};

#[test]
fn a_structure_by_value_passes_every_check() {
    let op = Affine(|plan, rows| forward(plan, rows, RIGHT));
    let certificate = op.verify(&Options::default());
    assert!(certificate.is_pass(), "{certificate}");
}

#[test]
fn exchanged_fields_are_refused() {
    let wrong = Affine(|plan, rows| {
        let (slope, start) = (RIGHT.start, RIGHT.slope);
        forward(plan, rows, Line { rows, slope, start });
    });
    let certificate = wrong.verify(&Options::default());
    assert!(!certificate.is_pass(), "{certificate}");
    let text = certificate.to_string();
    assert!(text.contains("FAIL forward kernel = spec"), "{text}");
}

#[test]
fn a_value_that_does_not_fit_is_told() {
    type Give = fn(&mut OpPlan, u32);
    let cases: [(Give, &str); 3] = [
        (
            |plan, rows| _ = plan.forward(line(), Grid::cover(rows as usize)),
            "give all of `p` its value by `uniform(\"p\", ..)`, or bind this part of it",
        ),
        (
            |plan, rows| {
                let step = plan.forward(line(), Grid::cover(rows as usize));
                step.uniform("p", 1.0);
            },
            "is made of `p.rows`, `p.slope`, `p.start`: give it a value of its type by `uniform`, or bind these",
        ),
        (
            |plan, rows| {
                let step = plan.forward(line(), Grid::cover(rows as usize));
                step.uniform("p", Vec2 { x: 1.0f32, y: 2.0 });
            },
            "is `{ rows: u32, slope: f32, start: f32 }`, and is given a constant `Vec2<f32>`",
        ),
    ];
    for (give, expected) in cases {
        let error = Plans::of(&Affine(give), &Dims::new([("n", 4)])).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
