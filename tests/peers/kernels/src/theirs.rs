//! Launches of CubeCL's kernels, on buffers that are made once.

use crate::Failure;
use crate::cube::{self, UNITS};
use crate::measure::Program;
use crate::setup::Setup;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubek_matmul::definition::MatmulElems;
use cubek_matmul::launch::launch_ref;
use cubek_matmul::strategy::Strategy;
use cubek_std::InputBinding;

/// Numbers of a vector.
const VECTOR: usize = 4;

impl Setup {
    fn handle(&self, numbers: &[f32]) -> Handle {
        self.cubecl.create_from_slice(bytemuck::cast_slice(numbers))
    }

    fn space(&self, numbers: usize) -> Handle {
        self.cubecl.empty(4 * numbers)
    }

    fn cubecl_done(&self) -> Result<(), Failure> {
        pollster::block_on(self.cubecl.sync()).map_err(|e| format!("{e:?}").into())
    }

    fn cubecl<'a>(
        &'a self,
        result: &Handle,
        mut launch: impl FnMut() -> Result<(), Failure> + 'a,
    ) -> Program<'a> {
        let result = result.clone();
        Program {
            name: "CubeCL",
            run: Box::new(move || {
                launch()?;
                self.cubecl_done()
            }),
            result: Box::new(move || {
                let bytes = self.cubecl.read_one(result.clone());
                let bytes = bytes.map_err(|e| format!("{e:?}"))?;
                Ok(bytemuck::cast_slice(&bytes).to_vec())
            }),
        }
    }

    /// Launched so many times, each waited for or only the last.
    pub(crate) fn cubecl_relu(&self, x: &[f32], times: usize, wait: bool) -> Program<'_> {
        let n = x.len() / VECTOR;
        let (x, y) = (self.handle(x), self.space(x.len()));
        let groups = (n as u32).div_ceil(UNITS);
        // No more than 65 535 in one dimension.
        let count = CubeCount::Static(groups.min(1 << 12), groups.div_ceil(1 << 12), 1);
        self.cubecl(&y.clone(), move || {
            for _ in 0..times {
                let (x, y) = (whole(&x, &[n]), whole(&y, &[n]));
                let dim = CubeDim::new_1d(UNITS);
                cube::relu::launch(
                    &self.cubecl,
                    count.clone(),
                    dim,
                    VECTOR,
                    x.into_buffer_arg(),
                    y.into_buffer_arg(),
                );
                if wait {
                    self.cubecl_done()?;
                }
            }
            Ok(())
        })
    }

    pub(crate) fn cubecl_softmax(&self, x: &[f32], cols: usize) -> Program<'_> {
        let n = x.len();
        let (x, y) = (self.handle(x), self.space(n));
        self.cubecl(&y.clone(), move || {
            let count = CubeCount::Static((n / cols) as u32, 1, 1);
            let (x, y) = (whole(&x, &[n]), whole(&y, &[n]));
            cube::softmax::launch(
                &self.cubecl,
                count,
                CubeDim::new_1d(UNITS),
                x.into_buffer_arg(),
                y.into_buffer_arg(),
                cols,
            );
            Ok(())
        })
    }

    pub(crate) fn cubecl_layer_norm(
        &self,
        x: &[f32],
        gamma: &[f32],
        beta: &[f32],
        eps: f32,
    ) -> Program<'_> {
        let (n, cols) = (x.len(), gamma.len());
        let (x, y) = (self.handle(x), self.space(n));
        let (gamma, beta) = (self.handle(gamma), self.handle(beta));
        self.cubecl(&y.clone(), move || {
            cube::layer_norm::launch(
                &self.cubecl,
                CubeCount::Static((n / cols) as u32, 1, 1),
                CubeDim::new_1d(UNITS),
                whole(&x, &[n]).into_buffer_arg(),
                whole(&gamma, &[cols]).into_buffer_arg(),
                whole(&beta, &[cols]).into_buffer_arg(),
                whole(&y, &[n]).into_buffer_arg(),
                cols,
                eps,
            );
            Ok(())
        })
    }

    pub(crate) fn cubecl_sum(&self, x: &[f32]) -> Program<'_> {
        /// Cubes of the first stage.
        const CUBES: usize = 256;
        let n = x.len() / VECTOR;
        let (x, parts, y) = (self.handle(x), self.space(CUBES), self.space(1));
        self.cubecl(&y.clone(), move || {
            let stage = |from: &Handle, vectors, to: &Handle, cubes: usize| {
                cube::sum::launch(
                    &self.cubecl,
                    CubeCount::Static(cubes as u32, 1, 1),
                    CubeDim::new_1d(UNITS),
                    VECTOR,
                    whole(from, &[vectors]).into_buffer_arg(),
                    whole(to, &[cubes]).into_buffer_arg(),
                );
            };
            stage(&x, n, &parts, CUBES);
            stage(&parts, CUBES / VECTOR, &y, 1);
            Ok(())
        })
    }

    /// A product of square matrices, by the strategy that cubek-matmul chooses itself.
    pub(crate) fn cubecl_matmul(&self, a: &[f32], b: &[f32], n: usize) -> Program<'_> {
        let (a, b, y) = (self.handle(a), self.handle(b), self.space(n * n));
        let real = f32::elem_type_native();
        self.cubecl(&y.clone(), move || {
            launch_ref(
                &Strategy::Auto,
                &self.cubecl,
                InputBinding::new(whole(&a, &[n, n]), real),
                InputBinding::new(whole(&b, &[n, n]), real),
                whole(&y, &[n, n]),
                &mut MatmulElems::from_single_dtype(real),
            )
            .map_err(|e| format!("{e:?}").into())
        })
    }
}

/// All of a buffer, as a tensor whose rows follow each other.
fn whole(handle: &Handle, shape: &[usize]) -> TensorBinding {
    let mut strides = vec![1; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i] * shape[i];
    }
    TensorBinding {
        handle: handle.clone().binding(),
        strides: strides.as_slice().into(),
        shape: shape.into(),
        tiling: Default::default(),
    }
}
