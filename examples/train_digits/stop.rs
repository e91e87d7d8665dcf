//! What can stop a run.

use examples::digits::DataError;
use hesper_ad::model::ModelError;
use hesper_ad::prelude::*;
use std::fmt;
use std::path::PathBuf;

/// What can stop a run, each with its exit code.
pub(crate) enum Stop {
    /// Among others, an op that is not what it claims to be.
    Model(ModelError),
    Data(DataError),
    /// A picture that cannot be written, and why.
    Picture(PathBuf, String),
    /// A checkpoint of another run, and what differs.
    Checkpoint(PathBuf, String),
    /// In which epoch something stopped being a number.
    Diverged(u32),
    Device(Error),
}

impl Stop {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Stop::Model(ModelError::Refused(_)) => 1,
            Stop::Model(ModelError::File { .. }) => 2,
            Stop::Data(_) | Stop::Picture(..) | Stop::Checkpoint(..) | Stop::Diverged(_) => 2,
            Stop::Model(_) | Stop::Device(_) => 3,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Model(error) => error.fmt(f),
            Stop::Data(error) => error.fmt(f),
            Stop::Picture(file, error) | Stop::Checkpoint(file, error) => {
                write!(f, "{}: {error}", file.display())
            }
            Stop::Diverged(epoch) => write!(
                f,
                "the training diverged: a loss or a logit of epoch {epoch} is not finite; use a smaller --rate"
            ),
            Stop::Device(error) => error.fmt(f),
        }
    }
}

impl From<DataError> for Stop {
    fn from(error: DataError) -> Stop {
        Stop::Data(error)
    }
}

impl From<ModelError> for Stop {
    fn from(error: ModelError) -> Stop {
        Stop::Model(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Device(error)
    }
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Stop {
        Stop::Model(error.into())
    }
}

impl From<DeviceError> for Stop {
    fn from(error: DeviceError) -> Stop {
        Stop::Device(error.into())
    }
}

impl From<OpError> for Stop {
    fn from(error: OpError) -> Stop {
        Stop::Model(error.into())
    }
}
