//! What a launch costs: one workgroup, whose work is nothing beside it.

use crate::Failure;
use crate::measure::{Program, Task};
use crate::setup::Setup;
use crate::tasks::values;
use hesper_ad::ops;
use hesper_ad::ops::relu;
use hesper_shader::Grid;

/// Launches of one run.
const TIMES: usize = 1000;

/// Numbers of a launch.
const LEN: usize = 64;

pub(crate) fn launch(setup: &Setup) -> Result<(), Failure> {
    launches(setup, "a launch of 1000", false)?;
    launches(setup, "a launch that is waited for", true)
}

fn launches(setup: &Setup, name: &str, wait: bool) -> Result<(), Failure> {
    let x = values(LEN);
    let task = Task {
        name: name.to_string(),
        programs: vec![
            setup.ours_launched(&x, wait)?,
            setup.raw_launched(&x, wait),
            setup.cubecl_relu(&x, TIMES, wait),
            setup.plan_launched(&x, wait)?,
        ],
        expected: x.iter().map(|x| x.max(0.0)).collect(),
        tolerance: 0.0,
        repeat: TIMES,
    };
    task.measure()
}

impl Setup {
    /// [`Kernel::launch`](hesper_shader::Kernel::launch), a submission each.
    fn ours_launched(&self, x: &[f32], wait: bool) -> Result<Program<'_>, Failure> {
        let (x, mut y) = (self.hesper.upload(x)?, self.hesper.uninit::<f32>(x.len())?);
        let to = y.wgpu().cloned().ok_or("no buffer of wgpu's")?;
        Ok(Program {
            name: "Hesper",
            run: Box::new(move || {
                for _ in 0..TIMES {
                    let args = relu::relu::Args { x: &x, y: &mut y };
                    relu::relu().launch(&self.hesper, Grid::workgroups(1), args)?;
                    if wait {
                        self.wait()?;
                    }
                }
                self.wait()
            }),
            result: Box::new(move || self.download(&to)),
        })
    }

    /// The plan of the op, run so often.
    fn plan_launched(&self, x: &[f32], wait: bool) -> Result<Program<'_>, Failure> {
        let dims = [("rows", 1), ("cols", LEN)];
        let mut once = self.ours(&ops::Relu, &dims, &[("x", x)], &[], &[("y", LEN)], wait)?;
        Ok(Program {
            name: "Hesper's plan",
            run: Box::new(move || {
                for _ in 0..TIMES {
                    (once.run)()?;
                }
                self.wait()
            }),
            result: once.result,
        })
    }

    fn raw_launched(&self, x: &[f32], wait: bool) -> Program<'_> {
        let (from, to) = (self.upload(x), self.empty(LEN));
        let step = [self.step(include_str!("wgsl/relu.wgsl"), &[&from, &to], [1; 3])];
        Program {
            name: "raw wgpu",
            run: Box::new(move || {
                for _ in 0..TIMES {
                    self.submit(&step);
                    if wait {
                        self.wait()?;
                    }
                }
                self.wait()
            }),
            result: Box::new(move || self.download(&to)),
        }
    }
}
