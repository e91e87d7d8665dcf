//! The program of the README: an op of your own, from its mathematics to its certificate.

use hesper_ad::prelude::*;

/// y = x³;  dx = 3x²·dy.
struct Cube;

shader! {
    #[workgroup_size(64)]
    fn cube(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() { y[i] = x[i] * x[i] * x[i]; }
    }
    #[workgroup_size(64)]
    fn cube_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() { dx[i] = 3.0 * x[i] * x[i] * dy[i]; }
    }
}

#[rustfmt::skip]
impl DiffOp for Cube {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];
    fn signature(&self) -> Signature {
        Signature::new("Cube").input("x", ["n"]).output("y", ["n"])
    }
    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.map(|x| x.powi(3))]
    }
    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.zip(dy, |x, dy| 3.0 * x.powi(2) * dy)]
    }
    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(cube(), Grid::cover(n));
        plan.backward(cube_backward(), Grid::cover(n));
        Ok(())
    }
}

fn main() -> Certificate {
    Cube.verify(&Options::default())
}
