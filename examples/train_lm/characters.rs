//! The next character of the documentation.

use crate::task::Task;
use examples::cli::say;
use examples::lm::{self, Shape, Text, bigram};
use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Init, Model};
use hesper_ad::prelude::*;
use std::f32::consts::LN_2;
use std::path::Path;

/// Sequences of a step.
const BATCH: usize = 8;

/// Sequences that are held out from a round's score at a time, and of all at the end.
const AT_ONCE: usize = 32;

/// Characters that are written when the run is over.
const WRITTEN: usize = 240;

/// The documentation, a model of it, and what a bigram model makes of what is held out.
pub(crate) struct Characters {
    text: Text,
    shape: Shape,
    signature: Signature,
    bigram: f64,
}

impl Characters {
    /// The Markdown files of this repository.
    pub(crate) fn of_documentation() -> Result<Characters, Stop> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let places = ["README.md", "docs", "docs/decisions"].map(|place| root.join(place));
        let files = Text::markdown(&places.each_ref().map(|place| place.as_path()));
        let text = files.and_then(|files| Text::read(&files));
        let text = text.map_err(|(file, error)| Stop::File(file, error.to_string()))?;
        let shape = Shape {
            vocab: text.vocab(),
            width: 64,
            hidden: 256,
            rows: 64,
        };
        if text.held_out.len() <= shape.rows || text.train.len() <= shape.rows {
            let message = "there is too little text to learn from".to_string();
            return Err(Stop::File(root, message));
        }
        let bigram = bigram(text.vocab(), &text.train, &text.held_out);
        let signature = lm::transformer()?.signature();
        Ok(Characters {
            text,
            shape,
            signature,
            bigram,
        })
    }

    fn inputs(&self, workspace: &Workspace, tokens: [&[u32]; 2]) -> Result<Inputs, Stop> {
        Ok(lm::inputs(workspace, &self.signature, &self.shape, tokens)?)
    }

    /// The bits for each character that is held out, in sequences that lie evenly in it, at most so many.
    fn held_out(&self, workspace: &Workspace, model: &Model<'_>, most: usize) -> Result<f32, Stop> {
        let (text, rows) = (&self.text.held_out, self.shape.rows);
        let whole = (text.len() - 1) / rows;
        // As many at a time, for each shape has its own plans.
        let batches = (whole.min(most) / AT_ONCE).max(1);
        let at_once = AT_ONCE.min(whole);
        let starts: Vec<usize> = (0..batches * at_once)
            .map(|i| i * whole / (batches * at_once) * rows)
            .collect();
        let mut sum = 0.0;
        for starts in starts.chunks(at_once) {
            let tokens = |ahead: usize| -> Vec<u32> {
                let sequence = |start: &usize| &text[start + ahead..][..rows];
                starts.iter().flat_map(sequence).copied().collect()
            };
            let inputs = self.inputs(workspace, [&tokens(0), &tokens(1)])?;
            let [loss] = model.infer(&inputs, ["loss"])?;
            sum += loss.read()?.iter().sum::<f32>();
        }
        Ok(sum / (starts.len() * rows) as f32 / LN_2)
    }
}

impl Task for Characters {
    fn description(&self) -> String {
        let Shape {
            width,
            hidden,
            rows,
            ..
        } = self.shape;
        format!(
            "transformer: {} block of width {width} with {} heads and {hidden} hidden units, {rows} characters of {}, {} to learn from, {} held out",
            lm::BLOCKS,
            lm::HEADS,
            self.text.vocab(),
            self.text.train.len(),
            self.text.held_out.len()
        )
    }

    fn graph(&self) -> Result<Box<dyn Op>, OpError> {
        Ok(Box::new(lm::transformer()?))
    }

    fn parameters(&self) -> Vec<(String, Init)> {
        lm::parameters(&self.shape)
    }

    fn sizes(&self) -> Dims {
        self.shape.sizes()
    }

    fn rounds(&self) -> u32 {
        10
    }

    fn steps(&self) -> u32 {
        50
    }

    fn rate(&self) -> f32 {
        0.008
    }

    fn decay(&self) -> f64 {
        0.05
    }

    fn batch(&self, workspace: &Workspace, rng: &mut Rng) -> Result<Inputs, Stop> {
        let drawn = self.text.draw(BATCH, self.shape.rows, rng);
        let [ids, labels] = drawn.unwrap_or_default();
        self.inputs(workspace, [&ids, &labels])
    }

    fn scores(
        &self,
        workspace: &Workspace,
        model: &Model<'_>,
        loss: f32,
        is_end: bool,
    ) -> Result<[f32; 2], Stop> {
        let most = if is_end { usize::MAX } else { 2 * AT_ONCE };
        Ok([loss / LN_2, self.held_out(workspace, model, most)?])
    }

    fn unit(&self) -> &'static str {
        "bits per character"
    }

    fn score(&self, score: f32) -> String {
        format!("{score:.3} bits per character")
    }

    fn reaches(&self, score: f32, goal: f32) -> bool {
        score <= goal && f64::from(score) < self.bigram
    }

    /// Goes on with the first characters that are held out, each drawn from what the model gives for it.
    fn show(&self, workspace: &Workspace, model: &Model<'_>, rng: &mut Rng) -> Result<(), Stop> {
        say(format!(
            "a bigram model takes {:.3} bits for each character that is held out",
            self.bigram
        ));
        let (rows, vocab) = (self.shape.rows, self.shape.vocab);
        let mut written: Vec<u32> = self.text.held_out[..rows].to_vec();
        for _ in 0..WRITTEN {
            let last = &written[written.len() - rows..];
            let [logits] = model.infer(&self.inputs(workspace, [last, last])?, ["logits"])?;
            let logits = logits.read()?;
            written.push(drawn(&logits[(rows - 1) * vocab..], rng));
        }
        say(format!(
            "it goes on from\n{}\nwith\n{}",
            self.text.shown(&written[..rows]),
            self.text.shown(&written[rows..])
        ));
        Ok(())
    }
}

/// A token by its weight `exp(logit)`, unlikely ones less likely: at a temperature of 0.7.
fn drawn(logits: &[f32], rng: &mut Rng) -> u32 {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = logits
        .iter()
        .map(|x| ((x - greatest) / 0.7).exp())
        .collect();
    let mut left = rng.uniform(0.0, 1.0) * weights.iter().sum::<f32>();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left <= 0.0
    });
    found.unwrap_or(0) as u32
}
