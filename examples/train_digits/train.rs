//! Training: epoch after epoch over shuffled images.

use crate::model::Model;
use crate::parameters::Step;
use crate::stop::Stop;
use examples::chart::Epoch;
use examples::cli::say;
use examples::confusion::Confusion;
use examples::digits::{Digits, PIXELS};
use hesper_ad::Rng;
use indicatif::{ProgressBar, ProgressStyle};

/// How to train.
pub(crate) struct Training {
    pub(crate) epochs: u32,
    /// Images per step.
    pub(crate) batch: usize,
    /// The step size at the start; it falls evenly to 0 at the end.
    pub(crate) rate: f32,
    pub(crate) decay: f32,
}

/// What came of it.
pub(crate) struct Trained {
    pub(crate) epochs: Vec<Epoch>,
    /// Of the held-out images, after the last epoch.
    pub(crate) confusion: Confusion,
}

impl Training {
    /// Trains a model, and says after each epoch how it does on the held-out images.
    pub(crate) fn run(
        &self,
        model: &mut Model<'_>,
        mut images: Digits,
        held_out: &Digits,
        rng: &mut Rng,
    ) -> Result<Trained, Stop> {
        let bar = progress_bar(self.epochs);
        let mut trained = Trained {
            epochs: Vec::new(),
            confusion: Confusion::default(),
        };
        for epoch in 0..self.epochs {
            images.shuffle(rng);
            let loss = self.epoch(model, &images, epoch)?;
            let confusion = model.confusion(held_out)?.filter(|_| loss.is_finite());
            let number = epoch + 1;
            trained.confusion = confusion.ok_or(Stop::Diverged(number))?;
            let accuracy = trained.confusion.accuracy();
            trained.epochs.push(Epoch { loss, accuracy });
            bar.suspend(|| {
                say(format!(
                    "epoch {number:3}  loss {loss:.4}  held-out accuracy {:.2} %",
                    accuracy * 100.0
                ))
            });
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(trained)
    }

    /// One pass over the images; gives their mean loss, each batch at the parameters of its turn.
    fn epoch(&self, model: &mut Model<'_>, images: &Digits, epoch: u32) -> Result<f32, Stop> {
        let count = images.len().div_ceil(self.batch) as u32;
        let mut sum = 0.0;
        let pixels = images.pixels.chunks(self.batch * PIXELS);
        for (turn, (pixels, labels)) in (0..).zip(pixels.zip(images.labels.chunks(self.batch))) {
            let done = (epoch as f32 + turn as f32 / count as f32) / self.epochs as f32;
            let step = Step {
                number: epoch.saturating_mul(count).saturating_add(turn + 1),
                rate: self.rate * (1.0 - done),
                decay: self.decay,
            };
            let losses = model.step(pixels, labels, &step)?;
            sum += losses.iter().sum::<f32>();
        }
        Ok(sum / images.len().max(1) as f32)
    }
}

fn progress_bar(epochs: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(epochs));
    // The template is a constant that parses; the default style serves otherwise.
    match ProgressStyle::with_template("{bar:30} epoch {pos}/{len}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
