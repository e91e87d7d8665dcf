//! Why a model cannot be made, trained or kept.

use crate::certificate::Certificate;
use crate::error::OpError;
use crate::run::RunError;
use crate::tensor::ShapeError;
use hesper_shader::DeviceError;
use std::path::{Path, PathBuf};

/// Why a model cannot be made, trained or kept.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// An op does not pass its checks, so that nothing is trained with it.
    #[error("refusing to train: {op} does not pass its checks\n{0}", op = .0.op)]
    Refused(Box<Certificate>),
    /// A pass did not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// What is called a parameter, loss or optimiser is none.
    #[error("{op}: {message}")]
    Unfit {
        /// The graph or the optimiser.
        op: String,
        /// What does not fit, and what to do.
        message: String,
    },
    /// A gradient that is not finite.
    #[error(
        "the gradient by `{parameter}` is {value} at element {index}; train with a smaller rate, or look for what divides by 0 or overflows in the graph"
    )]
    NotFinite {
        /// The parameter.
        parameter: String,
        /// The first element that is not finite, in row-major order.
        index: usize,
        /// The element.
        value: f32,
    },
    /// A file that cannot be read or written, or holds something else.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl ModelError {
    pub(super) fn unfit(op: &str, message: String) -> ModelError {
        let op = op.to_string();
        ModelError::Unfit { op, message }
    }

    pub(super) fn file(path: &Path, message: impl ToString) -> ModelError {
        ModelError::File {
            path: path.to_path_buf(),
            message: message.to_string(),
        }
    }
}

impl From<OpError> for ModelError {
    fn from(error: OpError) -> ModelError {
        ModelError::Run(error.into())
    }
}

impl From<DeviceError> for ModelError {
    fn from(error: DeviceError) -> ModelError {
        ModelError::Run(error.into())
    }
}

impl From<ShapeError> for ModelError {
    fn from(error: ShapeError) -> ModelError {
        ModelError::Run(error.into())
    }
}
