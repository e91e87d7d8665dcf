//! What can stop a training run.

use crate::checkpoint::CheckpointError;
use crate::digits::DataError;
use hesper_ad::model::ModelError;
use hesper_ad::prelude::*;
use std::fmt;
use std::path::PathBuf;

/// What can stop a run, each with its exit code.
#[derive(Debug)]
pub enum Stop {
    /// Among others, an op that is not what it claims to be.
    Model(ModelError),
    /// Data that is none.
    Data(DataError),
    /// A file that cannot be read or written, and why.
    File(PathBuf, String),
    /// A checkpoint of another run, and what differs.
    Checkpoint(PathBuf, String),
    /// When something stopped being a number: `epoch 3`.
    Diverged(String),
    /// The score, and what was to be reached.
    Missed(String, String),
    /// No device, or one that fails.
    Device(Error),
}

impl Stop {
    /// 1 for an op that fails its checks, 2 for wrong options, data or files or a diverged training, 3 for a device that is not there or fails, 4 for a missed goal.
    pub fn exit_code(&self) -> u8 {
        match self {
            Stop::Model(ModelError::Refused(_)) => 1,
            Stop::Model(ModelError::File { .. }) => 2,
            Stop::Data(_) | Stop::File(..) | Stop::Checkpoint(..) | Stop::Diverged(_) => 2,
            Stop::Missed(..) => 4,
            Stop::Model(_) | Stop::Device(_) => 3,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Model(error) => error.fmt(f),
            Stop::Data(error) => error.fmt(f),
            Stop::File(file, error) | Stop::Checkpoint(file, error) => {
                write!(f, "{}: {error}", file.display())
            }
            Stop::Diverged(when) => write!(
                f,
                "the training diverged: a loss or a logit of {when} is not finite; use a smaller --rate"
            ),
            Stop::Missed(score, goal) => write!(
                f,
                "the score on what is held out is {score}, which misses the goal of {goal} or, of characters, is no better than a bigram model's; train longer, or with another --rate"
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

impl From<CheckpointError> for Stop {
    fn from(error: CheckpointError) -> Stop {
        match error {
            CheckpointError::Model(error) => Stop::Model(error),
            CheckpointError::Other(file, message) => Stop::Checkpoint(file, message),
        }
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
