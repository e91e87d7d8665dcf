//! No way that was taken is proved to be none.

use super::dead::{self, Missing};
use crate::check::{Target, kernels};
use crate::op::Op;
use crate::ops::{BiasAdd, CausalMask, Embedding, RmsNorm, Softmax, SoftmaxCrossEntropy};
use crate::spec::Spec;

#[test]
fn what_was_taken_is_possible() {
    let ops: [&dyn Op; 6] = [
        &BiasAdd,
        &CausalMask,
        &Embedding,
        &RmsNorm,
        &Softmax,
        &SoftmaxCrossEntropy,
    ];
    for op in ops {
        let spec = Spec::new(op).unwrap();
        kernels(&spec, &Target::F32, 1);
        let taken = spec.taken();
        let mut ways: Vec<Missing> = dead::taken_ways(&taken);
        assert!(!ways.is_empty(), "{}", op.name());
        dead::at_all_sizes(&mut ways, &taken, &spec, &dead::some_sizes(&spec));
        for way in ways {
            assert_eq!(way.proof, None, "{}: {way:?}", op.name());
        }
    }
}
