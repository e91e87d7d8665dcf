//! One kernel, launched: its arguments checked against its parameters.

use super::argument::{Argument, Given, KernelArgs};
use super::{Batch, Bind, BufferRef, Device, Dispatch};
use crate::error::{Error, LaunchError};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::tree::{Access, Param, ParamKind};

impl Kernel {
    /// Runs the kernel over a grid. On a GPU the work may still be under way on return; reading a buffer waits for it.
    ///
    /// # Errors
    /// Where the kernel itself is wrong, an argument does not fit, a buffer is another device's, the device cannot run the kernel, or is
    /// lost. Nothing has run then, save on the reference executor, which also finds what goes wrong inside the kernel.
    pub fn launch<'a, A: KernelArgs<'a>>(
        &self,
        device: &Device,
        grid: Grid,
        args: A,
    ) -> Result<(), Error> {
        if A::KERNEL != self.name() {
            return Err(Error::from(LaunchError::OtherKernel {
                kernel: self.name().to_string(),
                given: A::KERNEL.to_string(),
            }));
        }
        self.launch_named(device, grid, args.collect())
    }

    /// [`launch`](Kernel::launch) for kernels that plain code recorded, which have no `Args`: arguments in any order, by name.
    ///
    /// # Errors
    /// As [`launch`](Kernel::launch).
    pub fn launch_named(
        &self,
        device: &Device,
        grid: Grid,
        arguments: Vec<(&str, Argument<'_>)>,
    ) -> Result<(), Error> {
        let tree = self.tree()?;
        let mut arguments = Arguments::new(self.name(), &tree.params, arguments)?;
        let mut buffers = Vec::new();
        let mut binds = Vec::new();
        for param in &tree.params {
            match arguments.take(param)?.0 {
                Given::Value(value, _) => binds.push(Bind::Value(value)),
                Given::Read(raw) => {
                    binds.push(Bind::Buffer(buffers.len()));
                    buffers.push(BufferRef::Read(raw));
                }
                Given::Write(raw) => {
                    binds.push(Bind::Buffer(buffers.len()));
                    buffers.push(BufferRef::Write(raw));
                }
            }
            if let (Some(buffer), ParamKind::Storage { .. }) = (buffers.last(), param.kind) {
                let other = buffer.raw().device();
                if !other.is_same_as(device) {
                    return Err(Error::from(LaunchError::OtherDevice {
                        kernel: self.name().to_string(),
                        param: param.name.clone(),
                        device: device.name().to_string(),
                        other: other.name().to_string(),
                    }));
                }
            }
        }
        let dispatch = Dispatch {
            kernel: self,
            groups: groups(self, grid)?,
            arguments: binds,
        };
        let batch = Batch {
            dispatches: vec![dispatch],
            buffers,
            zeroed: Vec::new(),
        };
        device.execute(batch).map_err(|failed| *failed.error)
    }
}

/// The workgroups of a grid for a kernel.
pub(crate) fn groups(kernel: &Kernel, grid: Grid) -> Result<[u32; 3], LaunchError> {
    grid.groups(kernel.workgroup_size())
        .map_err(|source| LaunchError::Grid {
            kernel: kernel.name().to_string(),
            source,
        })
}

/// A parameter's type as it is written: `&mut [f32]`.
pub(crate) fn written_type(kind: ParamKind) -> String {
    match kind {
        ParamKind::Storage { element, access } => match access {
            Access::Read => format!("&[{element}]"),
            // A buffer is made atomic by the kernel alone: what is bound is an ordinary one.
            Access::ReadWrite | Access::Atomic => format!("&mut [{element}]"),
        },
        ParamKind::Uniform(scalar) => scalar.to_string(),
    }
}

/// The arguments not yet taken by a parameter.
struct Arguments<'k, 'n, 'a> {
    kernel: &'k str,
    left: Vec<(&'n str, Argument<'a>)>,
}

impl<'k, 'n, 'a> Arguments<'k, 'n, 'a> {
    fn new(
        kernel: &'k str,
        params: &[Param],
        arguments: Vec<(&'n str, Argument<'a>)>,
    ) -> Result<Self, LaunchError> {
        for (i, (name, _)) in arguments.iter().enumerate() {
            let (kernel, param) = (kernel.to_string(), (*name).to_string());
            if !params.iter().any(|p| p.name == *name) {
                let known: Vec<String> = params.iter().map(|p| format!("`{}`", p.name)).collect();
                let known = if known.is_empty() {
                    "none".to_string()
                } else {
                    known.join(", ")
                };
                return Err(LaunchError::Unknown {
                    kernel,
                    param,
                    known,
                });
            }
            if arguments[..i].iter().any(|(other, _)| other == name) {
                return Err(LaunchError::Twice { kernel, param });
            }
        }
        Ok(Arguments {
            kernel,
            left: arguments,
        })
    }

    fn take(&mut self, param: &Param) -> Result<Argument<'a>, LaunchError> {
        let at = self.left.iter().position(|(name, _)| *name == param.name);
        let (_, argument) =
            at.map(|i| self.left.swap_remove(i))
                .ok_or_else(|| LaunchError::Missing {
                    kernel: self.kernel.to_string(),
                    param: param.name.clone(),
                })?;
        let (expected, given) = (written_type(param.kind), argument.0.to_string());
        if expected == given {
            Ok(argument)
        } else {
            Err(LaunchError::Mismatch {
                kernel: self.kernel.to_string(),
                param: param.name.clone(),
                expected,
                given,
            })
        }
    }
}
