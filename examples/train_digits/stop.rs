//! What can stop a run.

use examples::digits::DataError;
use hesper_ad::prelude::*;
use std::fmt;
use std::path::PathBuf;

/// What can stop a run, each with its exit code.
pub(crate) enum Stop {
    /// An op that is not what it claims to be.
    Gradient(Box<Certificate>),
    Data(DataError),
    /// A picture that cannot be written, and why.
    Picture(PathBuf, String),
    /// In which epoch something stopped being a number.
    Diverged(u32),
    Device(Error),
    Op(OpError),
}

impl Stop {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Stop::Gradient(_) => 1,
            Stop::Data(_) | Stop::Picture(..) | Stop::Diverged(_) => 2,
            Stop::Device(_) | Stop::Op(_) => 3,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Gradient(certificate) => {
                let op = &certificate.op;
                write!(f, "refusing to train: {op} fails its check\n{certificate}")
            }
            Stop::Data(error) => error.fmt(f),
            Stop::Picture(file, error) => write!(f, "{}: {error}", file.display()),
            Stop::Diverged(epoch) => write!(
                f,
                "the training diverged: a loss or a logit of epoch {epoch} is not finite; use a smaller --rate"
            ),
            Stop::Device(error) => error.fmt(f),
            Stop::Op(error) => error.fmt(f),
        }
    }
}

impl From<DataError> for Stop {
    fn from(error: DataError) -> Stop {
        Stop::Data(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Device(error)
    }
}

impl From<DeviceError> for Stop {
    fn from(error: DeviceError) -> Stop {
        Stop::Device(error.into())
    }
}

impl From<OpError> for Stop {
    fn from(error: OpError) -> Stop {
        Stop::Op(error)
    }
}
