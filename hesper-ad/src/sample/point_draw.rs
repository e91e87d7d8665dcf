//! Drawing a point by the rules.

use super::draw::{
    SEED_SCALES, fill, indices, large_rows, mask_some, peaked_rows, repeat_some, scaled_rows,
};
use super::huge::{equal_rows, huge_rows};
use super::{Numbers, PortValues, Rng, Sample, Sampling};
use crate::dims::Dims;
use crate::signature::Signature;
use crate::tensor::Tensor;

impl Sampling {
    /// A random point of an op.
    pub fn draw(&self, signature: &Signature, dims: &Dims, rng: &mut Rng) -> Sample {
        self.draw_with(Numbers::Plain, signature, dims, rng)
    }

    /// A random point of such numbers.
    pub(crate) fn draw_with(
        &self,
        numbers: Numbers,
        signature: &Signature,
        dims: &Dims,
        rng: &mut Rng,
    ) -> Sample {
        let values = |name: &str, shape, rng: &mut Rng| {
            let rule = self.draws.get(name);
            let huge = self.huge.get(name).copied();
            let mut values = match rule {
                Some(PortValues::Uniform(low, high)) => fill(shape, || rng.uniform(*low, *high)),
                Some(PortValues::OneOf(list)) => fill(shape, || {
                    list.get(rng.below(list.len())).copied().unwrap_or(0.0)
                }),
                None if numbers == Numbers::Large => large_rows(shape, rng),
                None if numbers == Numbers::Offset => fill(shape, || rng.uniform(119.0, 121.0)),
                None if numbers == Numbers::Peaks => peaked_rows(shape, rng),
                None => match (numbers, huge) {
                    (Numbers::Huge, Some(most)) => huge_rows(shape, most, rng),
                    (Numbers::HugeEqual, Some(most)) => equal_rows(shape, most, rng),
                    _ => scaled_rows(shape, rng),
                },
            };
            match numbers {
                Numbers::Equal => repeat_some(values.data_mut(), rule.is_none(), rng),
                Numbers::Masked if rule.is_none() => mask_some(&mut values, rng),
                _ => {}
            }
            values
        };
        let input = |name: &str, shape: Vec<usize>, rng: &mut Rng| match numbers {
            Numbers::Zero if self.allows(name, 0.0, false) => Tensor::filled(shape, 0.0),
            _ => values(name, shape, rng),
        };
        let constant = |i: usize, name: &str, shape: Vec<usize>, rng: &mut Rng| {
            let varied = numbers == Numbers::Varied && self.is_fixed(name);
            let part = 1.0 - (i % 8 + 1) as f32 / 16.0;
            let plain = values(name, shape, rng);
            if varied {
                plain.map(|x| x * part)
            } else {
                plain
            }
        };
        let plain = |shape, rng: &mut Rng| fill(shape, || rng.uniform(-1.0, 1.0));
        // A VJP is linear in the cotangents, so their scale must not matter.
        let seed_scale = SEED_SCALES[rng.below(SEED_SCALES.len())];
        let inputs = signature
            .inputs()
            .map(|p| input(&p.name, p.shape(dims), rng))
            .collect();
        let constants = signature
            .constants()
            .enumerate()
            .map(|(i, p)| (p.name.clone(), constant(i, &p.name, p.shape(dims), rng)))
            .collect();
        let integers = signature
            .integers()
            .map(|(p, below)| {
                (
                    p.name.clone(),
                    indices(p.shape(dims), dims.get(below).unwrap_or(0), rng),
                )
            })
            .collect();
        Sample {
            dims: dims.clone(),
            inputs,
            constants,
            integers,
            cotangents: signature
                .outputs()
                .map(|p| plain(p.shape(dims), rng).map(|dy| seed_scale * dy))
                .collect(),
            directions: signature
                .inputs()
                .map(|p| plain(p.shape(dims), rng))
                .collect(),
        }
    }
}
