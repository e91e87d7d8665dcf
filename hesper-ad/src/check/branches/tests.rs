//! No way that was taken is proved to be none.

use super::dead::{self, Missing};
use super::{Switches, branches};
use crate::certificate::Verdict;
use crate::check::{Target, kernels};
use crate::op::Op;
use crate::ops::{
    BiasAdd, CausalMask, Embedding, MaxPool2d, RmsNorm, Softmax, SoftmaxCrossEntropy,
};
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

/// Without padding every window lies on the image, which the pool's helper asks of places, not of sizes: plans that were made tell of them.
#[test]
fn what_helpers_are_given_of_an_invocation_is_no_size() {
    let pool = MaxPool2d {
        kernel: [2, 2],
        stride: [2, 2],
        padding: [0, 0],
    };
    let spec = Spec::new(&pool).unwrap();
    kernels(&spec, &Target::F32, 1);
    let finding = branches(&spec, &Switches::default(), 1);
    assert!(matches!(finding.verdict, Verdict::Pass), "{finding:?}");
}
