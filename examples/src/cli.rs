//! The device option of the examples.

use clap::ValueEnum;
use hesper_ad::prelude::Device;
use hesper_shader::Error;

/// Where kernels run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
    /// A real GPU if there is one, else the reference executor.
    Auto,
    /// The reference executor.
    Reference,
    /// A GPU; a software Vulkan driver where there is no other.
    Gpu,
}

impl DeviceChoice {
    /// Opens the device.
    ///
    /// # Errors
    /// Where a GPU is asked for and there is none.
    pub fn open(self) -> Result<Device, Error> {
        match self {
            DeviceChoice::Auto => Ok(Device::auto()),
            DeviceChoice::Reference => Ok(Device::reference()),
            DeviceChoice::Gpu => Ok(Device::gpu()?),
        }
    }
}

/// Writes a line to standard output; a reader that has seen enough is no error.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    if let Err(error) = writeln!(std::io::stdout(), "{line}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("error: cannot write to standard output: {error}");
    }
}
