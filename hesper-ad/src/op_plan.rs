//! How an op runs on a device: its kernels, bound to its ports by name.

mod binding;
#[cfg(test)]
mod structured_tests;
#[cfg(test)]
mod tests;

pub(crate) use binding::{Binder, Pass, suggest};

use crate::dims::Dims;
use crate::error::OpError;
use crate::signature::Signature;
use hesper_shader::tree::{Loc, Type};
use hesper_shader::{Bound, Grid, Kernel, Plan, Role, StepProblem, UniformValue};

/// The dispatches that implement an op's forward and backward pass for given sizes.
///
/// A kernel's parameters bind by name: an input, constant, integer input, output or saved result to the buffer of that
/// name; in backward kernels also `dx`, `dy` to the cotangents of `x`, `y`. A by-value `u32` binds to the dimension of its
/// name, a by-value `f32` to the constant of rank 0. [`bind`](OpStep::bind) and [`uniform`](OpStep::uniform) say otherwise.
///
/// Outputs, saved results and cotangents may hold anything before the first kernel: every element must be written.
pub struct OpPlan {
    pub(crate) signature: Signature,
    pub(crate) dims: Dims,
    pub(crate) temporaries: Vec<Temporary>,
    pub(crate) forward: Vec<OpStep>,
    pub(crate) backward: Vec<OpStep>,
}

/// Memory for the time of one pass; it holds nothing until a kernel writes it.
#[derive(Clone, Debug)]
pub(crate) struct Temporary {
    pub(crate) name: String,
    pub(crate) element: Type,
    pub(crate) len: usize,
}

/// One dispatch.
#[derive(Clone, Debug)]
pub struct OpStep {
    /// Where it was added.
    pub(crate) loc: Loc,
    pub(crate) kernel: Kernel,
    pub(crate) grid: Grid,
    /// Parameter → what it binds to instead of its own name.
    pub(crate) renames: Vec<(String, String)>,
    /// Parameter → its value, or why there is none.
    pub(crate) uniforms: Vec<(String, Result<Bound, String>)>,
}

/// The plans of an op for given sizes. Their slots have the names of ports, `dx` and `dy` among them.
#[derive(Clone, Debug)]
pub struct Plans {
    /// From inputs, constants and integers to outputs and saved results.
    pub forward: Plan,
    /// From all of these and the outputs' cotangents to the inputs' cotangents.
    pub backward: Plan,
}

impl OpPlan {
    /// A plan without dispatches.
    pub(crate) fn new(signature: Signature, dims: Dims) -> OpPlan {
        OpPlan {
            signature,
            dims,
            temporaries: Vec::new(),
            forward: Vec::new(),
            backward: Vec::new(),
        }
    }

    /// The size of a dimension.
    ///
    /// # Errors
    /// Where the signature has no such dimension.
    pub fn dim(&self, name: &str) -> Result<usize, OpError> {
        self.dims.get(name).ok_or_else(|| OpError::UnknownDim {
            op: self.signature.name().to_string(),
            dim: name.to_string(),
        })
    }

    /// Adds memory for the time of one pass, whose elements must be written before they are read; kernels bind to it by its name.
    ///
    /// # Errors
    /// Where the name is taken.
    pub fn temporary(&mut self, name: &str, element: Type, len: usize) -> Result<(), OpError> {
        if self.is_taken(name) {
            let (op, name) = (self.signature.name().to_string(), name.to_string());
            return Err(OpError::NameTaken { op, name });
        }
        let name = name.to_string();
        self.temporaries.push(Temporary { name, element, len });
        Ok(())
    }

    /// Adds memory as [`temporary`](OpPlan::temporary) does, its name after as many `prefix.` as it needs to be free.
    pub(crate) fn fresh_temporary(
        &mut self,
        prefix: &str,
        name: &str,
        element: Type,
        len: usize,
    ) -> String {
        let mut name = name.to_string();
        while self.is_taken(&name) {
            name = format!("{prefix}.{name}");
        }
        self.temporaries.push(Temporary {
            name: name.clone(),
            element,
            len,
        });
        name
    }

    /// Whether something has the name already.
    fn is_taken(&self, name: &str) -> bool {
        let mut names = Binder::new(self, Pass::Backward).names();
        self.dims.get(name).is_some() || names.any(|taken| taken == name)
    }

    /// Adds a dispatch to the forward pass.
    #[track_caller]
    pub fn forward(&mut self, kernel: Kernel, grid: Grid) -> &mut OpStep {
        push(&mut self.forward, kernel, grid)
    }

    /// Adds a dispatch to the backward pass.
    #[track_caller]
    pub fn backward(&mut self, kernel: Kernel, grid: Grid) -> &mut OpStep {
        push(&mut self.backward, kernel, grid)
    }

    /// The dispatches of each pass.
    pub(crate) fn passes(&self) -> [(Pass, &Vec<OpStep>); 2] {
        [
            (Pass::Forward, &self.forward),
            (Pass::Backward, &self.backward),
        ]
    }

    /// The plan with every grid that may have more groups than needed so folded that it has.
    pub(crate) fn folded(mut self) -> OpPlan {
        for step in self.forward.iter_mut().chain(&mut self.backward) {
            step.grid = folded(&step.kernel, step.grid);
        }
        self
    }

    /// The finished plans; results of a pass have the role `results`.
    pub(crate) fn build(&self, results: Role) -> Result<Plans, OpError> {
        Ok(Plans {
            forward: Binder::new(self, Pass::Forward).plan(&self.forward, results)?,
            backward: Binder::new(self, Pass::Backward).plan(&self.backward, results)?,
        })
    }
}

/// The grid with at least a group more than needed, over two dimensions: what any kernel gets that runs over so many groups that one
/// dimension is too small.
fn folded(kernel: &Kernel, grid: Grid) -> Grid {
    let size = kernel.workgroup_size().map(|n| n.max(1) as usize);
    let fold = |groups: usize| u32::try_from(groups / 2 + 1).map_or(grid, |x| Grid::exact(x, 2, 1));
    match grid {
        Grid::Cover(n) => fold(n.div_ceil(size.iter().product())),
        Grid::Workgroups(n) => fold(n),
        Grid::Cover2d(nx, ny) => Grid::Cover2d(nx + size[0], ny + size[1]),
        Grid::Exact(_) => grid,
    }
}

#[track_caller]
fn push(steps: &mut Vec<OpStep>, kernel: Kernel, grid: Grid) -> &mut OpStep {
    let at = steps.len();
    steps.push(OpStep {
        loc: Loc::caller(),
        kernel,
        grid,
        renames: Vec::new(),
        uniforms: Vec::new(),
    });
    &mut steps[at]
}

/// Why a structure is not what a parameter is made of.
fn unfit(problem: StepProblem) -> String {
    match problem {
        StepProblem::Mismatch {
            expected, given, ..
        } => format!("is `{expected}`, and is given {given}"),
        other => other.to_string(),
    }
}

impl OpStep {
    /// Binds a kernel parameter to a port, cotangent, temporary, dimension or constant of another name.
    pub fn bind(&mut self, param: &str, name: &str) -> &mut OpStep {
        self.renames.push((param.to_string(), name.to_string()));
        self
    }

    /// Gives a by-value kernel parameter its value: a number, or of one that is a structure the host's.
    ///
    /// A float means its shortest decimal, which is a real in every check, also as a field. Fields can be given one by one too, as
    /// `uniform("p.scale", 0.1)`, and bound to a dimension or constant, `bind("p.rows", "rows")`.
    pub fn uniform(&mut self, param: &str, value: impl UniformValue) -> &mut OpStep {
        let fitted = match value.bound() {
            Ok(Bound::Parts(parts)) => parts.of_param(&self.kernel, param).map_err(unfit),
            bound => {
                self.uniforms.push((param.to_string(), bound));
                return self;
            }
        };
        match fitted {
            Ok(parts) => {
                let parts = parts.into_iter();
                let values = parts.map(|(name, part)| (name, Ok(Bound::Value(part))));
                self.uniforms.extend(values);
            }
            Err(message) => self.uniforms.push((param.to_string(), Err(message))),
        }
        self
    }
}
