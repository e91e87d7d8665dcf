//! A training run in a file, written after each epoch.

use crate::stop::Stop;
use examples::chart::Epoch;
use hesper_ad::model::Model;
use std::path::PathBuf;

/// Where a run is kept, and what it must be set to for another to go on from it.
pub(crate) struct Checkpoint {
    pub(crate) file: PathBuf,
    /// All options that the numbers depend on, as text.
    pub(crate) settings: String,
}

impl Checkpoint {
    /// Keeps the model after these epochs. Whenever the process is killed, the file is that of an epoch.
    pub(crate) fn save(&self, model: &Model<'_>, epochs: &[Epoch]) -> Result<(), Stop> {
        let epochs: Vec<String> = epochs
            .iter()
            .map(|epoch| format!("{} {}", epoch.loss, epoch.accuracy))
            .collect();
        let notes = [
            ("settings", self.settings.as_str()),
            ("epochs", &epochs.join("\n")),
        ];
        Ok(model.save(&self.file, &notes)?)
    }

    /// The model as it was kept, and the epochs before.
    pub(crate) fn load(&self, model: &mut Model<'_>) -> Result<Vec<Epoch>, Stop> {
        let notes = model.load(&self.file)?;
        let note = |name: &str| notes.get(name).map_or("", String::as_str);
        let wrong = |message: String| Stop::Checkpoint(self.file.clone(), message);
        if note("settings") != self.settings {
            let (theirs, ours) = (note("settings"), &self.settings);
            return Err(wrong(format!(
                "this is of a run with {theirs}, and cannot go on with {ours}; give it the same options"
            )));
        }
        let epochs: Option<Vec<Epoch>> = note("epochs").lines().map(read).collect();
        epochs.ok_or_else(|| wrong("it does not tell its epochs".to_string()))
    }
}

/// An epoch as it was written; floats read back are what they were.
fn read(line: &str) -> Option<Epoch> {
    let (loss, accuracy) = line.split_once(' ')?;
    Some(Epoch {
        loss: loss.parse().ok()?,
        accuracy: accuracy.parse().ok()?,
    })
}
