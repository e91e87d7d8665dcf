//! Training: epoch after epoch over shuffled images.

use crate::model::Net;
use examples::chart::Epoch;
use examples::checkpoint::{Checkpoint, Done};
use examples::cli::{progress_bar, say};
use examples::confusion::Confusion;
use examples::digits::{Digits, PIXELS};
use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Model, Schedule};
use hesper_ad::ops::adamw::Settings;
use hesper_ad::prelude::*;

/// How to train.
pub(crate) struct Training {
    pub(crate) epochs: u32,
    /// Images per step.
    pub(crate) batch: usize,
    /// AdamW at the start; its rate falls evenly to 0 at the end.
    pub(crate) adamw: Settings,
    /// Where to keep the run, if anywhere.
    pub(crate) checkpoint: Option<Checkpoint>,
}

/// What came of it.
pub(crate) struct Trained {
    pub(crate) epochs: Vec<Epoch>,
    /// Of the held-out images, after the last epoch.
    pub(crate) confusion: Confusion,
}

impl Training {
    /// Trains a model that these epochs have gone before, and says after each epoch how it does on the held-out images.
    pub(crate) fn run(
        &self,
        workspace: &Workspace,
        (net, model): (&Net, &mut Model<'_>),
        (mut images, held_out): (Digits, &Digits),
        mut epochs: Vec<Epoch>,
        rng: &mut Rng,
    ) -> Result<Trained, Stop> {
        let bar = progress_bar("epoch", self.epochs.into());
        // The order of an epoch follows from those before.
        epochs.iter().for_each(|_| images.shuffle(rng));
        let steps = images.len().div_ceil(self.batch) as u32;
        let steps = steps.saturating_mul(self.epochs);
        let rate = Schedule::linear(self.adamw.lr, 0.0, steps)?;
        let done = epochs.len() as u32;
        bar.set_position(done.into());
        for epoch in done..self.epochs {
            images.shuffle(rng);
            let loss = self.epoch(workspace, (net, &mut *model), &images, rate)?;
            let number = epoch + 1;
            let confusion = net.confusion(workspace, model, held_out)?;
            let confusion = confusion.filter(|_| loss.is_finite());
            let accuracy = confusion
                .ok_or(Stop::Diverged(format!("epoch {number}")))?
                .accuracy();
            epochs.push(Epoch { loss, accuracy });
            if let Some(checkpoint) = &self.checkpoint {
                let done = |epoch: &Epoch| -> Done { [epoch.loss, epoch.accuracy] };
                checkpoint.save(model, &epochs.iter().map(done).collect::<Vec<_>>())?;
            }
            bar.suspend(|| {
                say(format!(
                    "epoch {number:3}  loss {loss:.4}  held-out accuracy {:.2} %",
                    accuracy * 100.0
                ))
            });
            bar.inc(1);
        }
        bar.finish_and_clear();
        let confusion = net.confusion(workspace, model, held_out)?;
        let confusion = confusion.ok_or(Stop::Diverged(format!("epoch {}", self.epochs)))?;
        Ok(Trained { epochs, confusion })
    }

    /// One pass over the images; gives their mean loss, each batch at the parameters of its turn.
    fn epoch(
        &self,
        workspace: &Workspace,
        (net, model): (&Net, &mut Model<'_>),
        images: &Digits,
        rate: Schedule,
    ) -> Result<f32, Stop> {
        let mut sum = 0.0;
        let pixels = images.pixels.chunks(self.batch * PIXELS);
        for (pixels, labels) in pixels.zip(images.labels.chunks(self.batch)) {
            let number = model.steps() + 1;
            let adamw = Settings {
                lr: rate.at(number),
                ..self.adamw
            };
            let gradients = model.loss_and_gradients(&net.inputs(workspace, pixels, labels)?)?;
            model.step(&gradients, &adamw.step(number))?;
            sum += gradients.losses().read()?.iter().sum::<f32>();
        }
        Ok(sum / images.len().max(1) as f32)
    }
}
