//! What a run learns.

use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Init, Model};
use hesper_ad::prelude::*;

/// A model and what it is to learn.
pub(crate) trait Task {
    /// In a line.
    fn description(&self) -> String;

    /// The graph, whose output is a loss for each example.
    fn graph(&self) -> Result<Box<dyn Op>, OpError>;

    /// What the optimiser moves, and how it starts.
    fn parameters(&self) -> Vec<(String, Init)>;

    /// The sizes of the parameters.
    fn sizes(&self) -> Dims;

    /// Rounds of a run, unless told.
    fn rounds(&self) -> u32;

    /// Steps of a round.
    fn steps(&self) -> u32;

    /// AdamW's rate, unless told, and its decay.
    fn rate(&self) -> f32;

    /// AdamW's decay.
    fn decay(&self) -> f64;

    /// What a step learns from: everything that the graph takes besides parameters. Batches of a round are drawn one after the other.
    fn batch(&self, workspace: &Workspace, rng: &mut Rng) -> Result<Inputs, Stop>;

    /// The score on what is learnt from, in whose last round the mean loss was this, and on what is held out, all of it where the run is at its end.
    fn scores(
        &self,
        workspace: &Workspace,
        model: &Model<'_>,
        loss: f32,
        is_end: bool,
    ) -> Result<[f32; 2], Stop>;

    /// What scores are.
    fn unit(&self) -> &'static str;

    /// A score with its unit.
    fn score(&self, score: f32) -> String;

    /// Whether a score is as good as that of a goal.
    fn reaches(&self, score: f32, goal: f32) -> bool;

    /// Shows what was learnt.
    fn show(&self, workspace: &Workspace, model: &Model<'_>, rng: &mut Rng) -> Result<(), Stop>;
}
