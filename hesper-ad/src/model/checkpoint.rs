//! Parameters and what the optimiser keeps of them, in a file.

use super::error::ModelError;
use super::files;
use super::parameter::Parameter;
use super::training::Model;
use crate::run::{DeviceTensor, Workspace};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the number of steps is called among the file's notes.
const STEPS: &str = "steps";

/// What notes of the user's own begin with in the file.
const NOTE: &str = "note.";

/// What names of an optimiser's tensors begin with in the file.
const STATE: &str = "optimiser.";

/// What a file holds beside tensors, by name.
type Notes = BTreeMap<String, String>;

/// What the state of a parameter is called in the file.
fn state_name(parameter: &str, state: &str) -> String {
    format!("{STATE}{parameter}.{state}")
}

impl Model<'_> {
    /// Saves the parameters, under their names, what the optimiser keeps of them, as `optimiser.w.m`, the number of steps and these notes: as safetensors, which
    /// Python reads. Whenever the process is killed, the file is what it was before, or all of this.
    ///
    /// ```
    /// # use hesper_ad::model::{Init, Model, Trusted};
    /// # use hesper_ad::ops::{Mse, Sgd};
    /// # use hesper_ad::prelude::*;
    /// # use hesper_ad::Rng;
    /// # let graph = Graph::new("Near", [("w", &["n"]), ("x", &["n"])]).node(Mse, ["w", "x"], ["loss"]).finish(["loss"])?;
    /// # let workspace = Workspace::new(&Device::reference());
    /// # let file = std::env::temp_dir().join(format!("hesper-doc-{}.safetensors", std::process::id()));
    /// let new = || {
    ///     let trusted = Trusted::unchecked(&graph, &Sgd);
    ///     Model::new(&workspace, trusted, &[("w", Init::Uniform(1.0))], &Dims::new([("n", 3)]), &mut Rng::new(7))
    /// };
    /// new()?.save(&file, &[("epoch", "3")])?;
    /// let mut model = new()?;
    /// let notes = model.load(&file)?;
    /// assert_eq!(notes["epoch"], "3");
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the device fails, or the file cannot be written; it is what it was before then.
    pub fn save(&self, file: &Path, notes: &[(&str, &str)]) -> Result<(), ModelError> {
        let mut tensors: BTreeMap<String, (&[usize], Vec<u8>)> = BTreeMap::new();
        let bytes = |tensor: &DeviceTensor| -> Result<Vec<u8>, ModelError> {
            Ok(tensor
                .read()?
                .into_iter()
                .flat_map(f32::to_le_bytes)
                .collect())
        };
        for (name, Parameter { values, state, .. }) in &self.parameters {
            tensors.insert(name.clone(), (values.shape(), bytes(values)?));
            for (of, tensor) in state {
                tensors.insert(state_name(name, of), (tensor.shape(), bytes(tensor)?));
            }
        }
        let failed = |error: safetensors::SafeTensorError| ModelError::file(file, error);
        let mut views = Vec::with_capacity(tensors.len());
        for (name, (shape, bytes)) in &tensors {
            let view = TensorView::new(Dtype::F32, shape.to_vec(), bytes).map_err(failed)?;
            views.push((name, view));
        }
        let notes = notes
            .iter()
            .map(|(name, note)| (format!("{NOTE}{name}"), note.to_string()));
        // Python's libraries look for the format.
        let own = [
            ("format", "pt".to_string()),
            (STEPS, self.steps.to_string()),
        ];
        let own = own.map(|(name, value)| (name.to_string(), value));
        let contents = serialize(views, Some(notes.chain(own).collect())).map_err(failed)?;
        files::replace(file, &contents).map_err(|error| ModelError::file(file, error))
    }

    /// Takes on what a file holds: parameters, and what the optimiser keeps of them with the number of steps, so that training goes on as if it had not stopped, on the
    /// reference device to the bit. A file of parameters alone, say from Python, starts the optimiser anew. Gives the notes that were saved.
    ///
    /// # Errors
    /// Where the file cannot be read, or has not just the model's tensors, in `F32` and of the same shapes; the model is as before then.
    pub fn load(&mut self, file: &Path) -> Result<Notes, ModelError> {
        let contents = fs::read(file).map_err(|error| ModelError::file(file, error))?;
        let kept = Kept::new(file, &contents, &self.workspace)?;
        let steps = match kept.notes.get(STEPS) {
            None => 0,
            Some(steps) => steps
                .parse()
                .map_err(|_| kept.wrong(format!("`{steps}` is no number of steps")))?,
        };
        self.parameters = kept.parameters(&self.parameters)?;
        self.steps = steps;
        let notes = kept.notes.into_iter();
        let own =
            notes.filter_map(|(name, note)| Some((name.strip_prefix(NOTE)?.to_string(), note)));
        Ok(own.collect())
    }
}

/// What a file holds.
struct Kept<'f> {
    file: &'f Path,
    workspace: &'f Workspace,
    tensors: SafeTensors<'f>,
    /// Of the tensors, in order.
    names: Vec<String>,
    /// All of them.
    notes: Notes,
}

impl<'f> Kept<'f> {
    fn new(
        file: &'f Path,
        contents: &'f [u8],
        workspace: &'f Workspace,
    ) -> Result<Kept<'f>, ModelError> {
        let wrong = |error| ModelError::file(file, format!("no safetensors: {error}"));
        let (_, metadata) = SafeTensors::read_metadata(contents).map_err(wrong)?;
        let tensors = SafeTensors::deserialize(contents).map_err(wrong)?;
        let notes = metadata.metadata().iter().flatten();
        let notes = notes.map(|(name, note)| (name.clone(), note.clone()));
        let names = tensors.names().into_iter().map(str::to_string);
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(Kept {
            file,
            workspace,
            names,
            notes: notes.collect(),
            tensors,
        })
    }

    /// The model's parameters with the file's values; it has them all, and nothing else.
    fn parameters(
        &self,
        model: &BTreeMap<String, Parameter>,
    ) -> Result<BTreeMap<String, Parameter>, ModelError> {
        let mut expected = Vec::new();
        let mut parameters = BTreeMap::new();
        let mut names = self.names.iter();
        let has_state = names.any(|name| name.starts_with(STATE));
        for (name, before) in model {
            expected.push(name.clone());
            let values = self.tensor(name, before.values.shape())?;
            let mut new = BTreeMap::new();
            for (of, old) in &before.state {
                let kept = state_name(name, of);
                let tensor = match has_state {
                    true => self.tensor(&kept, old.shape())?,
                    false => self.workspace.zeros(old.shape())?,
                };
                expected.push(kept);
                new.insert(of.clone(), tensor);
            }
            parameters.insert(name.clone(), before.with(values, new));
        }
        match self.names.iter().find(|name| !expected.contains(name)) {
            None => Ok(parameters),
            Some(other) => Err(self.wrong(format!(
                "the file has a tensor `{other}`, which the model has not; it has {}",
                expected.join(", ")
            ))),
        }
    }

    /// A tensor of the file, of this shape.
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<DeviceTensor, ModelError> {
        let Ok(view) = self.tensors.tensor(name) else {
            let names = self.names.join(", ");
            return Err(self.wrong(format!("the file has no tensor `{name}`; it has {names}")));
        };
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            let (dtype, got) = (view.dtype(), view.shape());
            return Err(self.wrong(format!(
                "the tensor `{name}` of the file is {dtype:?} of shape {got:?}, and the model's is F32 of shape {shape:?}"
            )));
        }
        let (words, _) = view.data().as_chunks::<4>();
        let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        Ok(self.workspace.tensor(shape, &values)?)
    }

    fn wrong(&self, message: String) -> ModelError {
        ModelError::file(self.file, message)
    }
}
