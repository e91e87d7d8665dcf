//! What counts at few elements counts at many, where the kernel's own bound is looked at only if it has to be.

use super::kernels_of_shape;
use crate::accuracy::Profile;
use crate::certificate::Verdict;
use crate::options::Target;
use crate::prelude::*;
use crate::spec::Spec;

shader! {
    /// y = (x + shift) − shift.
    #[workgroup_size(64)]
    fn there_and_back(x: &[f32], y: &mut [f32], shift: f32) {
        let i = global_index();
        if i < y.len() {
            y[i] = (x[i] + shift) - shift;
        }
    }

    /// dx = dy.
    #[workgroup_size(64)]
    fn back(dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = dy[i];
        }
    }
}

/// Numbers near 1 lose digits to a sum with a large one, in the spec's formula as well.
struct Shifted(f32);

impl DiffOp for Shifted {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("Shifted")
            .input("x", ["n"])
            .output("y", ["n"])
    }

    fn forward(&self, _: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        let shift = f64::from(self.0);
        [x.map(|x| (*x + shift) - shift)]
    }

    fn backward(&self, _: &mut Context, _: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        [dy.clone()]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let n = plan.dim("n")?;
        plan.forward(there_and_back(), Grid::cover(n))
            .uniform("shift", self.0);
        plan.backward(back(), Grid::cover(n));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default().uniform("x", 0.5, 1.0)
    }
}

/// The shift, and whether what the formula loses is little enough that numbers count: those that WGSL lets be off by more than 10⁻⁴ of the scale do not.
const CASES: [(f32, bool); 3] = [(2.0, true), (200.0, true), (8000.0, false)];

#[test]
fn what_counts_does_not_depend_on_how_many_there_are() {
    for (shift, counts) in CASES {
        for n in [64, 4099] {
            let op = Shifted(shift);
            let spec = Spec::new(&op).unwrap();
            let dims = Dims::new([("n", n)]);
            let [forward, _] = kernels_of_shape(&spec, &Target::F32, &dims, 1, &Profile::wgsl());
            let place = format!("a shift of {shift}, {n} elements: {forward}");
            let wrong = matches!(forward.verdict, Verdict::Fail(_));
            assert!(!(counts && wrong), "{place}");
            assert_eq!(forward.granted == 0, counts, "{place}");
        }
    }
}
