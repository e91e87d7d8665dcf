//! How an op runs on a device: its kernels, bound to its ports by name.

mod binding;
#[cfg(test)]
mod tests;

pub(crate) use binding::{Binder, Pass, suggest};

use crate::dims::Dims;
use crate::error::OpError;
use crate::signature::Signature;
use hesper_shader::tree::{Literal, Loc, Type};
use hesper_shader::{Bound, Grid, Kernel, Number, Plan, Role};

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

impl OpStep {
    /// Binds a kernel parameter to a port, cotangent, temporary, dimension or constant of another name.
    pub fn bind(&mut self, param: &str, name: &str) -> &mut OpStep {
        self.renames.push((param.to_string(), name.to_string()));
        self
    }

    /// Gives a by-value kernel parameter its value.
    pub fn uniform(&mut self, param: &str, value: impl UniformValue) -> &mut OpStep {
        self.uniforms.push((param.to_string(), value.bound()));
        self
    }
}

/// A host value for a by-value kernel parameter. A float means its shortest round-trip decimal.
pub trait UniformValue {
    /// The value as a plan binds it, or why it cannot be one.
    fn bound(self) -> Result<Bound, String>;
}

macro_rules! uniform_values {
    ($($ty:ty: $value:ident => $bound:expr;)*) => {$(
        impl UniformValue for $ty {
            fn bound(self) -> Result<Bound, String> {
                let $value = self;
                $bound
            }
        }
    )*};
}

uniform_values! {
    u32: n => Ok(Bound::Value(Literal::U32(n)));
    i32: n => Ok(Bound::Value(Literal::I32(n)));
    bool: b => Ok(Bound::Value(Literal::Bool(b)));
    Number: x => Ok(Bound::Value(Literal::F32(x)));
    f32: x => Number::from_f32(x).map_err(|e| e.to_string())?.bound();
    f64: x => Number::from_f64(x).map_err(|e| e.to_string())?.bound();
    usize: n => u32::try_from(n).map_err(|_| format!("{n} does not fit `u32`"))?.bound();
}
