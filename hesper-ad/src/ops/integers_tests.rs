//! Whole numbers beyond their bound, for every op that is given some.

use super::cross_entropy::{softmax_cross_entropy, softmax_cross_entropy_backward};
use super::embedding::{embedding, embedding_clear, embedding_links, embedding_scatter};
use crate::test_ops::run_kernels;
use crate::{Op, Rng, Spec, exact, ops};
use hesper_shader::domain::F64;
use hesper_shader::{Device, Grid};

/// Gives an op's integers, one element at a time, the bound itself and the greatest number there is; says which op has any.
fn beyond(op: &dyn Op, ops: &mut Vec<String>) {
    let spec = Spec::new(op).unwrap();
    let signature = spec.signature();
    for (port, dim) in signature.integers() {
        let dims = &spec.small_shapes()[0];
        let Ok(bound) = u32::try_from(dims.get(dim).unwrap()) else {
            // Dropout's may be any.
            continue;
        };
        ops.push(signature.name().to_string());
        for value in [bound, u32::MAX] {
            let mut sample = spec.draw(dims, &mut Rng::new(1));
            let integers = sample.integers.get_mut(&port.name).unwrap();
            let at = integers.len() - 1;
            integers.data_mut()[at] = value;
            let index = integers.index_of(at);
            let port = &port.name;
            let message = |index: &[usize]| {
                format!("`{port}{index:?}` is {value}, and must be below `{dim}`, which is {bound}")
            };

            let inputs = exact(&F64, &sample.inputs);
            let forward = spec.forward(&F64, &sample, &inputs).unwrap_err();
            assert_eq!(forward.to_string(), format!("forward: {}", message(&index)));
            let cotangents = exact(&F64, &sample.cotangents);
            let backward = spec.backward(&F64, &sample, &inputs, &cotangents);
            assert_eq!(
                backward.unwrap_err().to_string(),
                format!("backward: {}", message(&index))
            );

            let names = signature.inputs().map(|p| p.name.clone());
            let seeds = signature.outputs().map(|p| p.cotangent());
            let tensors = sample.inputs.iter().chain(&sample.cotangents);
            let names: Vec<String> = names.chain(seeds).collect();
            let reals = names
                .iter()
                .map(String::as_str)
                .zip(tensors.map(|t| t.data()));
            let constants = sample
                .constants
                .iter()
                .map(|(name, t)| (name.as_str(), t.data()));
            let reals: Vec<(&str, &[f32])> = reals.chain(constants).collect();
            let given = sample
                .integers
                .iter()
                .map(|(name, t)| (name.as_str(), t.data()));
            let given: Vec<(&str, &[u32])> = given.collect();
            let error = run_kernels(op, dims, &reals, &given).unwrap_err();
            // A slot has no dimensions.
            assert_eq!(error.to_string(), message(&[at]));
        }
    }
}

#[test]
fn integers_beyond_their_bound_are_errors_before_anything_runs() {
    let mut met = Vec::new();
    for op in ops::catalogue().unwrap() {
        beyond(&*op, &mut met);
    }
    assert_eq!(
        met,
        [
            "CrossEntropy(mean)",
            "CrossEntropy(sum)",
            "Embedding",
            "Gather",
            "GroupedAttention(heads 2, group 2)",
            "Masked",
            "ScatterAdd",
            "SoftmaxCrossEntropy",
            "TokenEmbedding",
            "Where",
            "SoftmaxCrossEntropy∘MatMul"
        ]
    );
}

/// As on a GPU, whose memory nobody looks at.
#[test]
fn kernels_alone_stand_a_label_that_is_no_class() {
    let device = Device::reference();
    let x = device.upload(&[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]).unwrap();
    let labels = device.upload(&[3u32, 0]).unwrap();
    let zeros = |n| device.zeros::<f32>(n).unwrap();
    let (mut y, mut greatest, mut total, mut dx) = (zeros(2), zeros(2), zeros(2), zeros(6));
    let forward = softmax_cross_entropy::Args {
        x: &x,
        labels: &labels,
        y: &mut y,
        greatest: &mut greatest,
        total: &mut total,
        rows: 2,
        classes: 3,
    };
    softmax_cross_entropy()
        .launch(&device, Grid::workgroups(2), forward)
        .unwrap();
    let y = y.read().unwrap();
    assert!(
        y[0] == f32::INFINITY && (y[1] - 2.407_606).abs() < 1e-6,
        "{y:?}"
    );
    let dy = device.upload(&[1.0, 1.0]).unwrap();
    let backward = softmax_cross_entropy_backward::Args {
        x: &x,
        labels: &labels,
        greatest: &greatest,
        total: &total,
        dy: &dy,
        dx: &mut dx,
        classes: 3,
    };
    softmax_cross_entropy_backward()
        .launch(&device, Grid::cover(6), backward)
        .unwrap();
    let dx = dx.read().unwrap();
    assert!(dx[..3].iter().all(|dx| !dx.is_finite()), "{dx:?}");
    assert!(dx[3..].iter().sum::<f32>().abs() < 1e-6, "{dx:?}");
}

/// As on a GPU, whose memory nobody looks at.
#[test]
fn kernels_alone_stand_an_id_beyond_the_table() {
    let device = Device::reference();
    let table = device.upload(&[1.0, 2.0, 3.0, 4.0]).unwrap();
    for id in [2, u32::MAX] {
        let ids = device.upload(&[1u32, id]).unwrap();
        let mut y = device.zeros::<f32>(4).unwrap();
        let args = embedding::Args {
            table: &table,
            ids: &ids,
            y: &mut y,
            dim: 2,
        };
        embedding().launch(&device, Grid::cover(4), args).unwrap();
        assert_eq!(
            y.read().unwrap(),
            [3.0, 4.0, f32::NEG_INFINITY, f32::NEG_INFINITY]
        );
        let dy = device.upload(&[5.0, 6.0, 7.0, 8.0]).unwrap();
        let mut dtable = device.zeros::<f32>(4).unwrap();
        let args = embedding_clear::Args {
            dtable: &mut dtable,
        };
        embedding_clear()
            .launch(&device, Grid::cover(4), args)
            .unwrap();
        let mut first = device.zeros::<u32>(2).unwrap();
        let mut next = device.zeros::<u32>(2).unwrap();
        let args = embedding_links::Args {
            ids: &ids,
            first: &mut first,
            next: &mut next,
        };
        embedding_links()
            .launch(&device, Grid::cover(2), args)
            .unwrap();
        let args = embedding_scatter::Args {
            ids: &ids,
            first: &first,
            next: &next,
            dy: &dy,
            dtable: &mut dtable,
            dim: 2,
        };
        embedding_scatter()
            .launch(&device, Grid::cover(4), args)
            .unwrap();
        assert_eq!(dtable.read().unwrap(), [0.0, 0.0, 5.0, 6.0]);
    }
}
