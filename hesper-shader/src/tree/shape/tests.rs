//! Where WGSL lays fields, and how leaves are told.

use super::*;
use crate::tree::Scalar;

fn structure(name: &str, fields: &[(&str, Shape)]) -> Shape {
    let fields = fields
        .iter()
        .map(|(name, shape)| (name.to_string(), shape.clone()));
    Shape::Structure(Arc::new(Structure {
        name: name.to_string(),
        fields: fields.collect(),
    }))
}

fn value(size: u8, scalar: Scalar) -> Shape {
    Shape::Value(Type { scalar, size })
}

/// The example of the WGSL specification, section "Structure Member Layout", in our words: a vector of three leaves four bytes that a scalar takes.
#[test]
fn fields_lie_where_wgsl_lays_them() {
    let (f, h) = (|n| value(n, Scalar::F32), |n| value(n, Scalar::F16));
    let inner = structure("Inner", &[("p", f(3)), ("q", f(1)), ("r", f(2))]);
    let array = |shape: &Shape, n| Shape::Array(Box::new(shape.clone()), n);
    #[rustfmt::skip]
    let cases: &[(&[Shape], &[u64], u64, u64)] = &[
        // fields, offsets, size, align
        (&[f(1)], &[0], 4, 4),
        (&[f(3)], &[0], 16, 16),
        (&[f(3), f(1)], &[0, 12], 16, 16),
        (&[f(1), f(3)], &[0, 16], 32, 16),
        (&[f(1), f(2), f(1)], &[0, 8, 16], 24, 8),
        (&[h(1), h(1), f(1)], &[0, 2, 4], 8, 4),
        (&[h(3), h(1), h(2)], &[0, 6, 8], 16, 8),
        (&[f(1), array(&f(3), 2), f(1)], &[0, 16, 48], 64, 16),
        (&[f(1), array(&f(1), 3), f(1)], &[0, 4, 16], 20, 4),
        (&[f(1), inner.clone(), f(1)], &[0, 16, 48], 64, 16),
        (&[array(&inner, 2), h(1)], &[0, 64], 80, 16),
    ];
    for (fields, offsets, size, align) in cases {
        let names = ["a", "b", "c"];
        let fields: Vec<_> = names.into_iter().zip(fields.iter().cloned()).collect();
        let shape = structure("S", &fields);
        let Shape::Structure(s) = &shape else {
            unreachable!("a structure");
        };
        assert_eq!(
            (&s.offsets()[..], shape.size(), shape.align()),
            (*offsets, *size, *align),
            "{s:?}"
        );
    }
}

#[test]
fn leaves_know_the_way_and_the_place() {
    let point = structure(
        "Point",
        &[("p", value(3, Scalar::F32)), ("id", value(1, Scalar::U32))],
    );
    let shape = structure(
        "Path",
        &[
            ("hits", Shape::Atomic(Type::U32)),
            ("points", Shape::Array(Box::new(point), 2)),
        ],
    );
    let leaves = shape.leaves();
    let told: Vec<_> = leaves
        .iter()
        .map(|l| {
            (
                l.name.as_str(),
                l.atomic,
                &l.dims[..],
                l.offset,
                &l.strides[..],
                l.way.len(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (".hits", true, &[][..], 0, &[][..], 1),
            (".points.p", false, &[2], 16, &[16], 3),
            (".points.id", false, &[2], 28, &[16], 3),
        ]
    );
    assert_eq!(shape.leaf_count(), 3);
    assert_eq!(shape.to_string(), "Path");
}

#[test]
fn a_tail_begins_where_its_elements_may_and_has_room_for_one() {
    let tail = |element: &Shape| Shape::Tail(Box::new(element.clone()));
    let (f, h) = (|n| value(n, Scalar::F32), |n| value(n, Scalar::F16));
    let inner = structure("Inner", &[("p", f(3)), ("q", f(2))]);
    #[rustfmt::skip]
    let cases: &[(&[Shape], u64, u64, [u64; 4])] = &[
        // head, element after it, offset, bytes of 0, 1, 2 and 5 elements
        (&[f(1), tail(&f(1))], 4, 4, [8, 8, 12, 24]),
        (&[f(1), tail(&f(3))], 16, 16, [32, 32, 48, 96]),
        (&[f(3), tail(&f(1))], 12, 4, [16, 16, 32, 32]),
        (&[f(1), tail(&inner)], 16, 32, [48, 48, 80, 176]),
        (&[h(1), tail(&h(1))], 2, 2, [4, 4, 6, 12]),
        (&[tail(&f(2))], 0, 8, [8, 8, 16, 40]),
    ];
    for (fields, offset, step, bytes) in cases {
        let fields: Vec<_> = ["a", "b"].into_iter().zip(fields.iter().cloned()).collect();
        let shape = structure("S", &fields);
        let (begins, element) = shape.tail().expect("a tail");
        assert_eq!((begins, element.stride()), (*offset, *step), "{fields:?}");
        assert_eq!(
            [0, 1, 2, 5].map(|len| shape.bytes(len)),
            *bytes,
            "{fields:?}"
        );
        assert_eq!(shape.size(), shape.bytes(1));
    }
}

#[test]
fn what_is_before_a_tail_is_there_once() {
    let entry = structure(
        "Entry",
        &[("id", value(1, Scalar::U32)), ("w", value(2, Scalar::F32))],
    );
    let fields = [
        ("count", Shape::Atomic(Type::U32)),
        ("rows", Shape::Array(Box::new(value(1, Scalar::F32)), 3)),
        ("entries", Shape::Tail(Box::new(entry))),
    ];
    let shape = structure("Log", &fields);
    let told: Vec<_> = shape
        .leaves()
        .into_iter()
        .map(|leaf| (leaf.count_in(5), leaf.portion, leaf.offset, leaf.name))
        .collect();
    let expected = [
        (1, Portion::Head, 0, ".count"),
        (3, Portion::Head, 4, ".rows"),
        (5, Portion::Tail, 16, ".entries.id"),
        (5, Portion::Tail, 24, ".entries.w"),
    ];
    assert_eq!(
        told,
        expected.map(|(n, portion, at, name)| (n, portion, at, name.to_string()))
    );
}
