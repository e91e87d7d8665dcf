//! Ops of the catalogue: the plan of the forward pass, run on buffers that are made once.

use crate::Failure;
use crate::measure::Program;
use crate::setup::Setup;
use hesper_ad::prelude::*;
use hesper_shader::{Buffer, PlanBuffers};

impl Setup {
    /// The forward pass of an op for these sizes, inputs and results; the first result is the one that is
    /// compared. A run may return before the device is done.
    pub(crate) fn ours<'a>(
        &'a self,
        op: &dyn Op,
        dims: &[(&str, usize)],
        inputs: &[(&'a str, &[f32])],
        numbers: &'a [(&'a str, f32)],
        results: &[(&'a str, usize)],
        wait: bool,
    ) -> Result<Program<'a>, Failure> {
        let plan = Plans::of(op, &Dims::new(dims.iter().copied()))?.forward;
        let mut given = Vec::new();
        for (name, numbers) in inputs {
            given.push((*name, self.hesper.upload(numbers)?));
        }
        let (mut made, mut first) = (Vec::new(), None);
        for (name, len) in results {
            let buffer: Buffer<f32> = self.hesper.uninit(*len)?;
            first = first.or(buffer.wgpu().cloned().zip(Some(*len)));
            made.push((*name, buffer));
        }
        let (first, len) = first.ok_or("an op without results")?;
        let mut temporaries = plan.temporaries(&self.hesper)?;
        Ok(Program {
            name: "Hesper",
            run: Box::new(move || {
                let mut buffers = PlanBuffers::new().temporaries(&mut temporaries);
                for (name, buffer) in &given {
                    buffers = buffers.read(*name, buffer);
                }
                for (name, number) in numbers {
                    buffers = buffers.scalar(*name, *number);
                }
                for (name, buffer) in &mut made {
                    buffers = buffers.fresh(*name, buffer);
                }
                self.hesper.run(&plan, buffers)?;
                match wait {
                    true => self.wait(),
                    false => Ok(()),
                }
            }),
            result: Box::new(move || {
                // A buffer is never shorter than 16 bytes.
                let mut numbers = self.download(&first)?;
                numbers.truncate(len);
                Ok(numbers)
            }),
        })
    }
}
