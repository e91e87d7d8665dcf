//! a + b modulo 97, from less than half of all sums.

use crate::task::Task;
use examples::cli::say;
use examples::stop::Stop;
use hesper_ad::Rng;
use hesper_ad::model::{Init, Model};
use hesper_ad::ops::{MatMul, Mul, SoftmaxCrossEntropy, Sum, TokenEmbedding};
use hesper_ad::prelude::*;

/// Numbers are those below.
const MODULUS: usize = 97;

/// Hidden units.
const WIDTH: usize = 128;

/// Sums of a step.
const BATCH: usize = 512;

/// Pairs of numbers, and their sums.
#[derive(Default)]
struct Sums {
    pairs: Vec<u32>,
    sums: Vec<u32>,
}

/// All sums, of which two in five are learnt from.
pub(crate) struct Addition {
    train: Sums,
    held_out: Sums,
}

impl Addition {
    /// The sums, shuffled the same way always, so that what is held out does not depend on a seed.
    pub(crate) fn new() -> Addition {
        let n = MODULUS * MODULUS;
        let mut order: Vec<usize> = (0..n).collect();
        let mut rng = Rng::new(97);
        (1..n).rev().for_each(|i| order.swap(i, rng.below(i + 1)));
        let (train, held_out) = order.split_at(n * 2 / 5);
        Addition {
            train: Sums::of(train),
            held_out: Sums::of(held_out),
        }
    }
}

impl Sums {
    fn of(places: &[usize]) -> Sums {
        let mut sums = Sums::default();
        places
            .iter()
            .for_each(|at| sums.push((at / MODULUS) as u32, (at % MODULUS) as u32));
        sums
    }

    fn push(&mut self, a: u32, b: u32) {
        self.pairs.extend([a, b]);
        self.sums.push((a + b) % MODULUS as u32);
    }

    fn inputs(&self, workspace: &Workspace) -> Result<Inputs, Stop> {
        let n = self.sums.len();
        Ok(Inputs::new()
            .integers("ids", &workspace.tensor([n, 2], &self.pairs)?)
            .integers("labels", &workspace.tensor([n], &self.sums)?))
    }

    /// The share of them that the model's greatest logit gets right.
    fn right(&self, workspace: &Workspace, model: &Model<'_>) -> Result<f32, Stop> {
        let [logits] = model.infer(&self.inputs(workspace)?, ["logits"])?;
        let logits = logits.read()?;
        let right = logits
            .chunks(MODULUS)
            .zip(&self.sums)
            .filter(|(logits, sum)| {
                let wanted = logits[**sum as usize];
                logits.iter().filter(|other| **other >= wanted).count() == 1
            });
        Ok(right.count() as f32 / self.sums.len() as f32)
    }
}

impl Task for Addition {
    fn description(&self) -> String {
        format!(
            "a + b modulo {MODULUS}, {WIDTH} hidden units: {} sums to learn from, {} held out",
            self.train.sums.len(),
            self.held_out.sums.len()
        )
    }

    /// `loss((table[a] + table[b])²·logits_of)`: squares of sums have the products of which the cosine of a sum is made. Gromov, "Grokking modular
    /// arithmetic" (2023).
    fn graph(&self) -> Result<Box<dyn Op>, OpError> {
        let inputs: [(&str, &[&str]); 2] = [
            ("table", &["vocab", "width"]),
            ("logits_of", &["width", "vocab"]),
        ];
        let graph = Graph::new("Addition", inputs)
            .node(TokenEmbedding, ["table"], ["terms"])
            .node(Sum, ["terms"], ["sum"])
            .node(Mul, ["sum", "sum"], ["square"])
            .node(MatMul, ["square", "logits_of"], ["logits"])
            .node(SoftmaxCrossEntropy, ["logits"], ["loss"])
            .finish(["loss"])?;
        Ok(Box::new(graph))
    }

    fn parameters(&self) -> Vec<(String, Init)> {
        let init = Init::Uniform(0.17);
        ["table", "logits_of"]
            .map(|name| (name.to_string(), init))
            .to_vec()
    }

    fn sizes(&self) -> Dims {
        Dims::new([("vocab", MODULUS), ("width", WIDTH)])
    }

    fn rounds(&self) -> u32 {
        60
    }

    fn steps(&self) -> u32 {
        7
    }

    fn rate(&self) -> f32 {
        0.01
    }

    fn decay(&self) -> f64 {
        1.0
    }

    fn batch(&self, workspace: &Workspace, rng: &mut Rng) -> Result<Inputs, Stop> {
        let mut batch = Sums::default();
        for _ in 0..BATCH {
            let at = rng.below(self.train.sums.len());
            batch.push(self.train.pairs[2 * at], self.train.pairs[2 * at + 1]);
        }
        batch.inputs(workspace)
    }

    fn scores(
        &self,
        workspace: &Workspace,
        model: &Model<'_>,
        _: f32,
        _: bool,
    ) -> Result<[f32; 2], Stop> {
        Ok([
            self.train.right(workspace, model)?,
            self.held_out.right(workspace, model)?,
        ])
    }

    fn unit(&self) -> &'static str {
        "share of sums that are right"
    }

    fn score(&self, score: f32) -> String {
        format!("{:.2} %", 100.0 * score)
    }

    fn reaches(&self, score: f32, goal: f32) -> bool {
        score >= goal
    }

    fn show(&self, workspace: &Workspace, model: &Model<'_>, rng: &mut Rng) -> Result<(), Stop> {
        let at = rng.below(self.held_out.sums.len());
        let one = Sums {
            pairs: self.held_out.pairs[2 * at..2 * at + 2].to_vec(),
            sums: vec![self.held_out.sums[at]],
        };
        let is_right = one.right(workspace, model)? == 1.0;
        let [a, b] = [one.pairs[0], one.pairs[1]];
        let how = if is_right { "right" } else { "wrong" };
        say(format!(
            "{a} + {b} = {} modulo {MODULUS}, which was held out: {how}",
            one.sums[0]
        ));
        Ok(())
    }
}
