//! Training: round after round.

use crate::task::Task;
use examples::checkpoint::{Checkpoint, Done};
use examples::cli::{progress_bar, say};
use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Model, Schedule};
use hesper_ad::ops::adamw::Settings;
use hesper_ad::prelude::*;
use indicatif::ProgressBar;

/// Steps in which the rate rises to its height.
const RISING: u32 = 20;

/// How to train.
pub(crate) struct Training {
    pub(crate) seed: u64,
    pub(crate) rounds: u32,
    /// AdamW's rate once it has risen; it falls along a cosine to a twentieth.
    pub(crate) rate: f32,
    /// Where to keep the run, if anywhere.
    pub(crate) checkpoint: Option<Checkpoint>,
}

impl Training {
    /// Trains a model that these rounds have gone before; gives the scores of all.
    pub(crate) fn run(
        &self,
        task: &impl Task,
        workspace: &Workspace,
        model: &mut Model<'_>,
        mut scores: Vec<Done>,
    ) -> Result<Vec<Done>, Stop> {
        let bar = progress_bar("step", u64::from(self.rounds) * u64::from(task.steps()));
        let rate = self.schedule(task)?;
        let done = scores.len() as u32;
        bar.set_position(u64::from(done) * u64::from(task.steps()));
        bar.reset_eta();
        for round in done..self.rounds {
            let loss = self.round(task, workspace, (&mut *model, rate), round, &bar)?;
            let number = round + 1;
            if !loss.is_finite() {
                return Err(Stop::Diverged(format!("round {number}")));
            }
            let [learnt, held_out] = task.scores(workspace, model, loss, number == self.rounds)?;
            scores.push([learnt, held_out]);
            if let Some(checkpoint) = &self.checkpoint {
                checkpoint.save(model, &scores)?;
            }
            let (learnt, held_out) = (task.score(learnt), task.score(held_out));
            bar.suspend(|| {
                say(format!(
                    "step {:5}  learnt {learnt}  held out {held_out}",
                    number * task.steps()
                ))
            });
        }
        bar.finish_and_clear();
        Ok(scores)
    }

    /// The steps of one round; gives their mean loss.
    fn round(
        &self,
        task: &impl Task,
        workspace: &Workspace,
        (model, rate): (&mut Model<'_>, Schedule),
        round: u32,
        bar: &ProgressBar,
    ) -> Result<f32, Stop> {
        // Its own numbers, so that a run that goes on draws what it would have drawn.
        let mut rng = Rng::new(
            self.seed
                .wrapping_mul(1_000_003)
                .wrapping_add(u64::from(round)),
        );
        let mut sum = 0.0;
        for _ in 0..task.steps() {
            let number = model.steps() + 1;
            let adamw = Settings {
                lr: rate.at(number),
                beta1: 0.9,
                beta2: 0.95,
                eps: 1e-8,
                decay: task.decay(),
            };
            let gradients = model.loss_and_gradients(&task.batch(workspace, &mut rng)?)?;
            model.step(&gradients, &adamw.step(number))?;
            let losses = gradients.losses().read()?;
            sum += losses.iter().sum::<f32>() / losses.len().max(1) as f32;
            bar.inc(1);
        }
        Ok(sum / task.steps() as f32)
    }

    /// Rising evenly, then falling along half a cosine to a twentieth.
    fn schedule(&self, task: &impl Task) -> Result<Schedule, Stop> {
        let falling = (self.rounds * task.steps()).saturating_sub(RISING).max(1);
        let rate = f64::from(self.rate);
        Ok(Schedule::cosine(rate, rate / 20.0, falling)?.after(RISING)?)
    }
}
