//! One kernel, launched: its arguments checked against its parameters.

use super::argument::{Argument, Given, KernelArgs};
use super::indirect::Extent;
use super::{Batch, Bind, BufferRef, Device, Dispatch};
use crate::error::{Error, LaunchError};
use crate::grid::Grid;
use crate::kernel::Kernel;
use crate::tree::{Access, Param, ParamKind, Shape, Structured, Tree};

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
        self.same_as::<A>()?;
        self.launch_named(device, grid, args.collect())
    }

    /// Whether the arguments are this kernel's.
    pub(super) fn same_as<'a, A: KernelArgs<'a>>(&self) -> Result<(), LaunchError> {
        // A kernel for other types than `f32` has them in its name, which its `Args` need not know all of; buffers are compared by their types.
        let types = self.name().strip_prefix(A::KERNEL);
        let is_type = |part: &str| matches!(part, "f16" | "f32");
        let is_same = types.is_some_and(|types| {
            let mut parts = types.split('_');
            parts.next() == Some("") && parts.all(is_type)
        });
        match is_same {
            true => Ok(()),
            false => Err(LaunchError::OtherKernel {
                kernel: self.name().to_string(),
                given: A::KERNEL.to_string(),
            }),
        }
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
        self.launch_over(device, Extent::Grid(grid), arguments)
    }

    pub(super) fn launch_over(
        &self,
        device: &Device,
        extent: Extent<'_>,
        arguments: Vec<(&str, Argument<'_>)>,
    ) -> Result<(), Error> {
        let tree = self.tree()?;
        let (buffers, arguments) = bound(self.name(), tree, arguments)?;
        let used = buffers
            .iter()
            .map(|(name, buffer)| (name.as_str(), buffer.raw()));
        let counts = match extent {
            Extent::Buffer(counts) => Some(("the workgroups", counts)),
            Extent::Grid(_) => None,
        };
        let mut used = used.chain(counts);
        if let Some((param, buffer)) = used.find(|(_, raw)| !raw.device().is_same_as(device)) {
            return Err(Error::from(LaunchError::OtherDevice {
                kernel: self.name().to_string(),
                param: param.to_string(),
                device: device.name().to_string(),
                other: buffer.device().name().to_string(),
            }));
        }
        let (groups, indirect) = match extent {
            Extent::Grid(grid) => (groups(self, grid)?, None),
            Extent::Buffer(counts) => match self.counted(counts)? {
                Some(groups) => (groups, None),
                // How many, the device alone will know.
                None => ([1; 3], Some(counts)),
            },
        };
        let buffers = buffers.into_iter().map(|(_, buffer)| buffer).collect();
        let dispatch = Dispatch {
            kernel: self,
            groups,
            indirect,
            arguments,
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
        ParamKind::Storage { element, access } => written_buffer(access, &Shape::Value(element)),
        ParamKind::Uniform(scalar) => scalar.to_string(),
    }
}

/// The type of a buffer as a parameter has it: `&[f32]`, `&mut Log`.
pub(super) fn written_buffer(access: Access, element: &Shape) -> String {
    let by = match access {
        Access::Read => "&",
        // A buffer is made atomic by the kernel alone: what is bound is an ordinary one.
        Access::ReadWrite | Access::Atomic => "&mut ",
    };
    match element.tail() {
        Some(_) => format!("{by}{element}"),
        None => format!("{by}[{element}]"),
    }
}

/// What the user gives one argument for: a parameter, or several that follow each other and are parts of one value or buffer.
struct Group<'t> {
    name: &'t str,
    params: &'t [Param],
}

/// The parts of `velocity` are called `velocity.x` and so on.
fn groups_of(params: &[Param]) -> Vec<Group<'_>> {
    let root = |param: &Param| param.name.find('.').unwrap_or(param.name.len());
    let together = |a: &Param, b: &Param| {
        let same_buffer = a.field.map(|f| f.buffer) == b.field.map(|f| f.buffer);
        let parts = a.field.is_some() || a.name.contains('.') && b.name.contains('.');
        parts && same_buffer && a.name[..root(a)] == b.name[..root(b)]
    };
    let chunks = params.chunk_by(together).filter_map(|params| {
        let first = params.first()?;
        let name = &first.name[..root(first)];
        Some(Group { name, params })
    });
    chunks.collect()
}

/// The buffers, each with its parameter's name, and one binding for each of the tree's parameters.
type Bindings<'a> = (Vec<(String, BufferRef<'a>)>, Vec<Bind<f32>>);

/// Fits arguments to parameters.
fn bound<'a>(
    kernel: &str,
    tree: &Tree,
    arguments: Vec<(&str, Argument<'a>)>,
) -> Result<Bindings<'a>, LaunchError> {
    let groups = groups_of(&tree.params);
    let mut arguments = Arguments::new(kernel, &groups, arguments)?;
    let (mut buffers, mut binds) = (Vec::new(), Vec::new());
    let mut parts = 0;
    for group in &groups {
        let buffer = match arguments.take(tree, group)?.0 {
            Given::Value(scalars) => {
                binds.extend(scalars.into_iter().map(|(value, _)| Bind::Value(value)));
                continue;
            }
            Given::Read(raw) => BufferRef::Read(raw),
            Given::Write(raw) => BufferRef::Write(raw),
        };
        binds.extend((0..group.params.len()).map(|part| Bind::Buffer(parts + part)));
        parts += group.params.len();
        buffers.push((group.name.to_string(), buffer));
    }
    Ok((buffers, binds))
}

/// The arguments not yet taken by a parameter.
struct Arguments<'k, 'n, 'a> {
    kernel: &'k str,
    left: Vec<(&'n str, Argument<'a>)>,
}

impl<'k, 'n, 'a> Arguments<'k, 'n, 'a> {
    fn new(
        kernel: &'k str,
        groups: &[Group<'_>],
        arguments: Vec<(&'n str, Argument<'a>)>,
    ) -> Result<Self, LaunchError> {
        for (i, (name, _)) in arguments.iter().enumerate() {
            let (kernel, param) = (kernel.to_string(), (*name).to_string());
            if !groups.iter().any(|group| group.name == *name) {
                let known = groups.iter().map(|group| format!("`{}`", group.name));
                let known: Vec<_> = known.collect();
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

    fn take(&mut self, tree: &Tree, group: &Group<'_>) -> Result<Argument<'a>, LaunchError> {
        let at = self.left.iter().position(|(name, _)| *name == group.name);
        let (_, argument) =
            at.map(|i| self.left.swap_remove(i))
                .ok_or_else(|| LaunchError::Missing {
                    kernel: self.kernel.to_string(),
                    param: group.name.to_string(),
                })?;
        let (expected, given) = (expected(tree, group), argument.0.to_string());
        let mismatch = || LaunchError::Mismatch {
            kernel: self.kernel.to_string(),
            param: group.name.to_string(),
            expected: expected.clone(),
            given: given.clone(),
        };
        match &argument.0 {
            Given::Value(scalars) => {
                let kinds = scalars
                    .iter()
                    .map(|(_, scalar)| ParamKind::Uniform(*scalar));
                let fits = kinds.eq(group.params.iter().map(|param| param.kind));
                fits.then_some(argument).ok_or_else(mismatch)
            }
            Given::Read(_) | Given::Write(_) => {
                let buffer = match &argument.0 {
                    Given::Read(buffer) => buffer,
                    Given::Write(buffer) => &**buffer,
                    Given::Value(_) => return Err(mismatch()),
                };
                let declared = structured(tree, group);
                let one = declared.is_some_and(|d| d.single && d.shape.tail().is_none());
                let other = declared.is_some_and(|d| d.shape.on_host() != *buffer.shape());
                if expected != given || other {
                    return Err(mismatch());
                }
                if one && buffer.len() != 1 {
                    return Err(LaunchError::NotOne {
                        kernel: self.kernel.to_string(),
                        param: group.name.to_string(),
                        len: buffer.len(),
                    });
                }
                Ok(argument)
            }
        }
    }
}

fn structured<'t>(tree: &'t Tree, group: &Group<'_>) -> Option<&'t Structured> {
    let field = group.params.first()?.field?;
    tree.structured.get(field.buffer as usize)
}

fn expected(tree: &Tree, group: &Group<'_>) -> String {
    match (structured(tree, group), group.params) {
        (Some(buffer), [first, ..]) => {
            let access = match first.kind.writes() {
                true => Access::ReadWrite,
                false => Access::Read,
            };
            written_buffer(access, &buffer.shape)
        }
        (None, [one]) => written_type(one.kind),
        (_, several) => format!("{} scalars", several.len()),
    }
}
