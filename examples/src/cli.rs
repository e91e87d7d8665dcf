//! The options of the examples, and how they end.

use crate::stop::Stop;
use clap::{Args, ValueEnum};
use hesper_ad::ops;
use hesper_ad::prelude::Device;
use hesper_shader::reference::Options;
use hesper_shader::{DeviceKind, Error};
use indicatif::{ProgressBar, ProgressStyle};
use std::error;
use std::path::Path;
use std::process::ExitCode;

/// The exit code for wrong options.
pub const WRONG_OPTIONS: u8 = 2;
/// The exit code for a device that is not there.
pub const NO_DEVICE: u8 = 3;

/// Says why the program stops.
pub fn stop(code: u8, message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(code)
}

/// Which ops of the catalogue to look at, where, and with which random numbers.
#[derive(Args)]
pub struct Selection {
    /// Only ops whose name contains this, in any case.
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// The device to run kernels on.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// What all random numbers follow from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Selection {
    /// The places of the ops in the catalogue, and the device.
    ///
    /// # Errors
    /// The exit code, where no op has such a name, since checking nothing must not look like success, or the device is not there.
    pub fn open(&self) -> Result<(Vec<usize>, Device), ExitCode> {
        let ops = self.places().map_err(|e| stop(WRONG_OPTIONS, &e))?;
        let device = self
            .device
            .open()
            .map_err(|e| stop(NO_DEVICE, &e.to_string()))?;
        Ok((ops, device))
    }

    fn places(&self) -> Result<Vec<usize>, String> {
        let ops = ops::catalogue().map_err(|e| e.to_string())?;
        let names: Vec<String> = ops.iter().map(|op| op.name()).collect();
        let wanted = self.filter.as_deref().unwrap_or_default().to_lowercase();
        let matches = |name: &String| name.to_lowercase().contains(&wanted);
        let places: Vec<usize> = (0..names.len()).filter(|i| matches(&names[*i])).collect();
        if places.is_empty() {
            let names = names.join(", ");
            return Err(format!(
                "no op is named like `{wanted}`; there are: {names}"
            ));
        }
        Ok(places)
    }
}

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

    /// Opens the device for kernels that were verified, the reference executor without its sanitizer, which has then seen them.
    ///
    /// # Errors
    /// As [`open`](DeviceChoice::open).
    pub fn open_to_train(self) -> Result<Device, Error> {
        let device = self.open()?;
        Ok(match device.kind() {
            DeviceKind::Reference => Device::reference_with(Options::fast()),
            DeviceKind::Gpu | DeviceKind::Software => device,
        })
    }
}

/// Writes a line to standard output; a reader that has seen enough is no error.
pub fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    hesper_ad::Progress::clear();
    if let Err(error) = writeln!(std::io::stdout(), "{line}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("error: cannot write to standard output: {error}");
    }
}

/// A finite number above zero.
///
/// # Errors
/// Where it is none.
pub fn positive(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("a finite number above 0 is needed".to_string()),
    }
}

/// A finite number that is zero or above.
///
/// # Errors
/// Where it is none.
pub fn not_negative(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("a finite number, 0 or above, is needed".to_string()),
    }
}

/// A bar on the standard error that counts steps of this kind, and says how long the rest will take.
pub fn progress_bar(what: &str, count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count);
    let template = format!("{{bar:30}} {what} {{pos}}/{{len}}, {{eta}} left");
    // The template parses whatever plain word `what` is; the default style serves otherwise.
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Draws a picture to a file, in a folder that need not be there yet.
///
/// # Errors
/// Where it cannot be written.
pub fn draw(
    what: &str,
    file: &Path,
    draw: impl FnOnce(&Path) -> Result<(), Box<dyn error::Error>>,
) -> Result<(), Stop> {
    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    let drawn = folder.map_err(Into::into).and_then(|()| draw(file));
    drawn.map_err(|e| Stop::File(file.to_path_buf(), e.to_string()))?;
    say(format!("{what}: {}", file.display()));
    Ok(())
}
