//! Where kernels run: the reference executor, or a GPU through wgpu.
//!
//! A [`Device`] makes [`Buffer`]s; [`Kernel::launch`](crate::Kernel::launch) runs one kernel on it and
//! [`Device::run`](crate::Device::run) a whole [`Plan`](crate::Plan). Whatever a device cannot do is found before anything runs, and
//! the error names the kernel, the need and the limit. Everything on a device happens in the order in which it was asked for.

mod argument;
mod batch;
mod buffer;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(feature = "gpu"))]
#[path = "no_gpu.rs"]
mod gpu;
mod indirect;
mod launch;
mod tailed;
mod watched;

pub use argument::{Argument, KernelArgs};
pub(crate) use batch::{Batch, BatchError, Bind, BufferRef, Cell, Dispatch, run_on_reference};
pub use buffer::Buffer;
pub(crate) use buffer::RawBuffer;
pub(crate) use launch::{groups, written_type};
pub use watched::{Content, Ran, binding_bytes};

use crate::error::DeviceError;
use crate::limits::Limits;
use crate::reference::{Options, Outcome, Pool};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long one submission may take by default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// Something that runs kernels, cheap to clone. Clones are the same device; two calls of one constructor are not.
///
/// ```
/// use hesper_shader::Device;
/// let device = Device::reference();
/// let buffer = device.upload(&[1.0, 2.0])?;
/// assert_eq!(buffer.read()?, [1.0, 2.0]);
/// # Ok::<(), hesper_shader::DeviceError>(())
/// ```
#[derive(Clone)]
pub struct Device {
    backend: Arc<Backend>,
    timeout: Duration,
}

enum Backend {
    Reference(Box<Reference>),
    Gpu(Arc<gpu::Gpu>),
}

/// The reference executor as a device.
struct Reference {
    options: Options,
    /// What runs have told since it was last asked.
    told: Mutex<Outcome>,
    pool: Pool,
    watch: Option<watched::Watch>,
}

impl Reference {
    fn told(&self) -> std::sync::MutexGuard<'_, Outcome> {
        // What a thread that panicked has left here is still true.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What kind of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// The executor of this crate, which defines what kernels mean.
    Reference,
    /// A GPU.
    Gpu,
    /// A driver that computes on the CPU: for correctness, not for speed.
    Software,
}

impl Device {
    /// The reference executor: always there, and it looks for what GPUs hide. `docs/sanitizer.md` lists what it finds.
    pub fn reference() -> Device {
        Device::reference_with(Options::default())
    }

    /// The reference executor with options: [`Options::fast`] for speed, another subgroup size, a trace of one invocation.
    ///
    /// ```
    /// use hesper_shader::reference::Options;
    /// use hesper_shader::{Device, Grid, shader};
    ///
    /// shader! {
    ///     #[workgroup_size(64)]
    ///     fn halve(x: &mut [f32]) {
    ///         let i = global_index();
    ///         if i < x.len() {
    ///             x[i] = x[i] * 0.5;
    ///         }
    ///     }
    /// }
    ///
    /// let device = Device::reference_with(Options { trace: Some([1, 0, 0]), ..Options::default() });
    /// let mut x = device.upload(&[2.0, 3.0])?;
    /// halve().launch(&device, Grid::cover(2), halve::Args { x: &mut x })?;
    /// let trace = device.take_outcome().trace;
    /// assert_eq!(trace.last().map(|line| line.text.as_str()), Some("x[1] = 1.5"));
    /// # Ok::<(), hesper_shader::Error>(())
    /// ```
    pub fn reference_with(options: Options) -> Device {
        Device::over(Backend::Reference(Box::new(Reference {
            options,
            told: Mutex::default(),
            pool: Pool::default(),
            watch: None,
        })))
    }

    /// What runs on the reference executor have told since this was last called, the one that failed included: warnings, the trace and logs
    /// its options ask for. Nothing on other devices.
    pub fn take_outcome(&self) -> Outcome {
        match &*self.backend {
            Backend::Reference(reference) => std::mem::take(&mut *reference.told()),
            Backend::Gpu(_) => Outcome::default(),
        }
    }

    /// A GPU if there is one, else a software driver.
    ///
    /// `WGPU_ADAPTER_NAME` (part of a name) and `WGPU_BACKEND` (`vulkan`, `metal`, `dx12`) narrow the choice.
    ///
    /// # Errors
    /// Without any adapter, or one that opens; without the feature `gpu`.
    pub fn gpu() -> Result<Device, DeviceError> {
        gpu::Gpu::open().map(Device::over_gpu)
    }

    /// A GPU if there is one, else the reference executor; [`name`](Device::name) says which. Never a software driver, since
    /// some of them stop long loops without a word: those must be asked for with [`gpu`](Device::gpu).
    pub fn auto() -> Device {
        gpu::Gpu::open_hardware().map_or_else(|_| Device::reference(), Device::over_gpu)
    }

    fn over(backend: Backend) -> Device {
        Device {
            backend: Arc::new(backend),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    fn over_gpu(gpu: gpu::Gpu) -> Device {
        Device::over(Backend::Gpu(Arc::new(gpu)))
    }

    /// The same device, waiting at most this long for a submission (two minutes by default). Other handles of the device keep their own
    /// limits, and what one gave up on another may still wait for. The reference executor never gives up.
    pub fn with_timeout(mut self, timeout: Duration) -> Device {
        self.timeout = timeout;
        self
    }

    /// `reference executor (f32)`, or the adapter with its interface and driver:
    /// `llvmpipe (LLVM 15.0.6, 256 bits) [Vulkan, software, Mesa 22.3.6, stops loops after 65535 iterations]`.
    pub fn name(&self) -> &str {
        match &*self.backend {
            Backend::Reference(_) => "reference executor (f32)",
            Backend::Gpu(gpu) => gpu.name(),
        }
    }

    /// What kind of device this is.
    pub fn kind(&self) -> DeviceKind {
        match &*self.backend {
            Backend::Reference(_) => DeviceKind::Reference,
            Backend::Gpu(gpu) => gpu.kind(),
        }
    }

    /// Whether this is a driver that computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.kind() == DeviceKind::Software
    }

    /// What a kernel may need here; `None` for the reference executor, which has no limits but memory.
    pub fn limits(&self) -> Option<&Limits> {
        match &*self.backend {
            Backend::Reference(_) => None,
            Backend::Gpu(gpu) => Some(gpu.limits()),
        }
    }

    /// After how many iterations, over all its loops, the driver stops an invocation without a word (65 535 for Mesa before version 23 in
    /// software); `None` for devices that run loops to their end. What a kernel computes beyond that is wrong.
    pub fn loop_cap(&self) -> Option<u32> {
        match &*self.backend {
            Backend::Reference(_) => None,
            Backend::Gpu(gpu) => gpu.loop_cap(),
        }
    }

    /// Whether both are the same device, so that buffers of one work on the other.
    pub fn is_same_as(&self, other: &Device) -> bool {
        Arc::ptr_eq(&self.backend, &other.backend)
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Device({})", self.name())
    }
}
