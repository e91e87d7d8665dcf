//! A training run in a file, written again and again on its way.

use hesper_ad::model::{Model, ModelError};
use std::path::PathBuf;

/// Where a run is kept, and what it must be set to for another to go on from it.
pub struct Checkpoint {
    /// The file, of safetensors.
    pub file: PathBuf,
    /// All options that the numbers depend on, as text.
    pub settings: String,
}

/// What a run has done each epoch or round: two numbers.
pub type Done = [f32; 2];

/// Why a run cannot go on.
#[derive(Debug)]
pub enum CheckpointError {
    /// The file cannot be read or written, or does not fit the model.
    Model(ModelError),
    /// The file is of another run, and what differs.
    Other(PathBuf, String),
}

impl From<ModelError> for CheckpointError {
    fn from(error: ModelError) -> CheckpointError {
        CheckpointError::Model(error)
    }
}

impl Checkpoint {
    /// Keeps the model after these epochs. Whenever the process is killed, the file is that of an epoch.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, model: &Model<'_>, epochs: &[Done]) -> Result<(), CheckpointError> {
        let epochs: Vec<String> = epochs.iter().map(|[a, b]| format!("{a} {b}")).collect();
        let notes = [
            ("settings", self.settings.as_str()),
            ("epochs", &epochs.join("\n")),
        ];
        Ok(model.save(&self.file, &notes)?)
    }

    /// The model as it was kept, and the epochs before.
    ///
    /// # Errors
    /// Where the file cannot be read, does not fit the model, or is of a run with other settings.
    pub fn load(&self, model: &mut Model<'_>) -> Result<Vec<Done>, CheckpointError> {
        let notes = model.load(&self.file)?;
        let note = |name: &str| notes.get(name).map_or("", String::as_str);
        let wrong = |message: String| CheckpointError::Other(self.file.clone(), message);
        if note("settings") != self.settings {
            let (theirs, ours) = (note("settings"), &self.settings);
            return Err(wrong(format!(
                "this is of a run with {theirs}, and cannot go on with {ours}; give it the same options"
            )));
        }
        let epochs: Option<Vec<Done>> = note("epochs").lines().map(read).collect();
        epochs.ok_or_else(|| wrong("it does not tell its epochs".to_string()))
    }
}

/// An epoch as it was written; floats read back are what they were.
fn read(line: &str) -> Option<Done> {
    let (a, b) = line.split_once(' ')?;
    Some([a.parse().ok()?, b.parse().ok()?])
}
