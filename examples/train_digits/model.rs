//! The model on the device: weights, batches, and the plans that were verified.

use crate::Stop;
use examples::digits::{CLASSES, Digits, PIXELS};
use hesper_ad::ops::{MatMul, ScaledAdd};
use hesper_ad::prelude::*;

/// Images per gradient step.
const BATCH: usize = 128;
/// A pixel that is always 1 carries the bias.
const INPUTS: usize = PIXELS + 1;

/// Softmax regression: logits = images · weights.
pub(crate) struct Model<'d> {
    device: &'d Device,
    weights: Buffer<f32>,
    /// The step writes here, then the two change places.
    next_weights: Buffer<f32>,
    gradient: Buffer<f32>,
    batches: Vec<Batch>,
    step: Plan,
    held_out: HeldOut,
}

/// A batch of training images with everything its passes read and write.
struct Batch {
    plans: Plans,
    images: Buffer<f32>,
    labels: Buffer<u32>,
    losses: Buffer<f32>,
    logits: Buffer<f32>,
    log_sums: Buffer<f32>,
    /// The cotangent of each loss: 1/n, so that the gradient is that of the mean.
    seed: Buffer<f32>,
    image_gradient: Buffer<f32>,
}

struct HeldOut {
    plan: Plan,
    images: Buffer<f32>,
    logits: Buffer<f32>,
    labels: Vec<u32>,
}

impl<'d> Model<'d> {
    /// A model with weights 0 for `loss`, a cross-entropy after a matrix product.
    pub(crate) fn new<L: DiffOp>(
        device: &'d Device,
        loss: &L,
        train: &Digits,
        held_out: &Digits,
    ) -> Result<Model<'d>, Stop> {
        let images = train
            .pixels
            .chunks(BATCH * PIXELS)
            .zip(train.labels.chunks(BATCH));
        let batches = images.map(|(pixels, labels)| Batch::new(device, loss, pixels, labels));
        let n = INPUTS * CLASSES;
        Ok(Model {
            device,
            weights: device.zeros(n)?,
            next_weights: device.zeros(n)?,
            gradient: device.zeros(n)?,
            batches: batches.collect::<Result<_, _>>()?,
            step: Plans::of(&ScaledAdd, &Dims::new([("n", n)]))?.forward,
            held_out: HeldOut::new(device, held_out)?,
        })
    }

    /// One pass over the training images; gives their mean loss, each batch at the weights of its turn.
    pub(crate) fn train_epoch(&mut self, rate: f32) -> Result<f32, Error> {
        let (mut sum, mut count) = (0.0, 0);
        for batch in &mut self.batches {
            batch.gradient(self.device, &self.weights, &mut self.gradient)?;
            let step = PlanBuffers::new()
                .read("a", &self.weights)
                .read("b", &self.gradient)
                .write("y", &mut self.next_weights)
                .scalar("s", -rate);
            self.device.run(&self.step, step)?;
            std::mem::swap(&mut self.weights, &mut self.next_weights);
            let losses = batch.losses.read()?;
            sum += losses.iter().sum::<f32>();
            count += losses.len();
        }
        Ok(sum / count.max(1) as f32)
    }

    /// The share of held-out images whose greatest logit is their label's.
    pub(crate) fn held_out_accuracy(&mut self) -> Result<f32, Error> {
        let HeldOut {
            plan,
            images,
            logits,
            labels,
        } = &mut self.held_out;
        self.device.run(
            plan,
            PlanBuffers::new()
                .read("a", images)
                .read("b", &self.weights)
                .write("y", logits),
        )?;
        let logits = logits.read()?;
        let right = logits
            .chunks_exact(CLASSES)
            .zip(labels.iter())
            .filter(|(row, label)| greatest(row) == **label as usize);
        Ok(right.count() as f32 / labels.len().max(1) as f32)
    }
}

impl Batch {
    fn new<L: DiffOp>(
        device: &Device,
        loss: &L,
        pixels: &[f32],
        labels: &[u32],
    ) -> Result<Batch, Stop> {
        let n = labels.len();
        Ok(Batch {
            plans: Plans::of(loss, &Dims::new([("m", n), ("k", INPUTS), ("n", CLASSES)]))?,
            images: device.upload(&with_bias(pixels))?,
            labels: device.upload(labels)?,
            losses: device.zeros(n)?,
            logits: device.zeros(n * CLASSES)?,
            log_sums: device.zeros(n)?,
            seed: device.upload(&vec![1.0 / n as f32; n])?,
            image_gradient: device.zeros(n * INPUTS)?,
        })
    }

    /// Runs both passes; the gradient of the mean loss comes to lie in `gradient`.
    fn gradient(
        &mut self,
        device: &Device,
        weights: &Buffer<f32>,
        gradient: &mut Buffer<f32>,
    ) -> Result<(), Error> {
        let forward = PlanBuffers::new()
            .read("a", &self.images)
            .read("b", weights)
            .read("labels", &self.labels)
            .write("y", &mut self.losses)
            .write("inner.y", &mut self.logits)
            .write("outer.lse", &mut self.log_sums);
        device.run(&self.plans.forward, forward)?;
        let backward = PlanBuffers::new()
            .read("a", &self.images)
            .read("b", weights)
            .read("labels", &self.labels)
            .read("inner.y", &self.logits)
            .read("outer.lse", &self.log_sums)
            .read("dy", &self.seed)
            .write("da", &mut self.image_gradient)
            .write("db", gradient);
        device.run(&self.plans.backward, backward)
    }
}

impl HeldOut {
    fn new(device: &Device, digits: &Digits) -> Result<HeldOut, Stop> {
        let n = digits.len();
        Ok(HeldOut {
            plan: Plans::of(
                &MatMul,
                &Dims::new([("m", n), ("k", INPUTS), ("n", CLASSES)]),
            )?
            .forward,
            images: device.upload(&with_bias(&digits.pixels))?,
            logits: device.zeros(n * CLASSES)?,
            labels: digits.labels.clone(),
        })
    }
}

/// Images with a 1 after the pixels of each.
fn with_bias(pixels: &[f32]) -> Vec<f32> {
    pixels
        .chunks_exact(PIXELS)
        .flat_map(|image| image.iter().copied().chain([1.0]))
        .collect()
}

/// The position of the greatest number; the first of equals.
fn greatest(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, x) in row.iter().enumerate() {
        if *x > row[best] {
            best = i;
        }
    }
    best
}
