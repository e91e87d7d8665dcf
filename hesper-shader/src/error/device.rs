//! What a device can refuse or fail at.

use std::time::Duration;

/// A device cannot do what it was asked to, or failed while doing it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No driver, or none that can compute.
    #[error(
        "no adapter was found for Vulkan, Metal or Direct3D 12{}\n  \
         install a GPU driver (Debian, in software: apt-get install libvulkan1 mesa-vulkan-drivers), or use Device::reference()",
        named(.wanted)
    )]
    NoAdapter {
        /// The part of a name that `WGPU_ADAPTER_NAME` asked for, if it did.
        wanted: Option<String>,
    },
    /// Built without wgpu.
    #[error(
        "this build has no GPU support\n  enable the feature `gpu` of hesper-shader, or use Device::reference()"
    )]
    NoGpuSupport,
    /// An adapter that does not open.
    #[error("{adapter} cannot be opened: {reason}")]
    Open {
        /// The adapter's name.
        adapter: String,
        /// The driver's words.
        reason: String,
    },
    /// The device is gone; nothing that was on it can be had any more.
    #[error("{device} was lost: {reason}")]
    Lost {
        /// The device's name.
        device: String,
        /// What is known of why.
        reason: String,
    },
    /// A submission did not finish within the limit of the handle that waited for it. It goes on, and all that is submitted after it waits.
    #[error(
        "{device} did not finish {work} within {limit:?}, the limit of the handle that waited: a kernel that never ends, or too much work for \
         one dispatch\n  what is asked of the device from now on waits for it too; a handle with a longer limit, from Device::with_timeout, waits longer"
    )]
    Timeout {
        /// The device's name.
        device: String,
        /// What did not finish: ``kernel `relu` ``.
        work: String,
        /// How long was waited for it.
        limit: Duration,
    },
    /// wgpu or the driver refused.
    #[error("{device} refused {action}: {reason}")]
    Rejected {
        /// The device's name.
        device: String,
        /// What was being done.
        action: String,
        /// The refusal's own words.
        reason: String,
    },
    /// A buffer too large to make.
    #[error(
        "a buffer of {len} elements of `{element}` needs {need} bytes, and {device} allows {limit}"
    )]
    BufferTooLarge {
        /// The device's name.
        device: String,
        /// Number of elements.
        len: usize,
        /// Type of one.
        element: String,
        /// Bytes needed.
        need: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Truth values, which no buffer holds.
    #[error("`{what}` is a truth value, which no buffer holds; use `u32` with 0 and 1")]
    TruthValues {
        /// The field.
        what: String,
    },
    /// More elements than kernels can index.
    #[error(
        "a buffer of {len} elements is more than kernels can index, which is {}",
        u32::MAX
    )]
    TooManyElements {
        /// Number of elements.
        len: usize,
    },
    /// A buffer of the application's own that is not what it is to be taken for.
    #[error("this wgpu buffer cannot be taken for {len} elements of `{element}`: {reason}")]
    UnfitBuffer {
        /// Number of elements.
        len: usize,
        /// Type of one.
        element: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Contents of another length.
    #[error("{given} elements do not fill a buffer of {len}")]
    LengthMismatch {
        /// The buffer's length.
        len: usize,
        /// Number of elements given.
        given: usize,
    },
}

fn named(wanted: &Option<String>) -> String {
    wanted.as_ref().map_or_else(String::new, |name| {
        format!(" with `{name}` in its name (WGPU_ADAPTER_NAME)")
    })
}
