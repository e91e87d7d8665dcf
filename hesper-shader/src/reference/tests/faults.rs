//! Errors of programs and their reports.

use super::{fault, record, run_f32};
use crate::Memory;
use crate::reference::{AccessKind, Binding, Fault, Invocation};
use crate::tree::ScalarValue;

#[test]
fn indices_out_of_bounds_are_named() {
    let line = line!() + 7;
    let kernel = record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let tile = h.workgroup_array2::<f32>("tile", 2, 3);
        let n = h.uniform::<u32>("n");
        let i = h.global_index();
        h.if_(n.eq(h.int(0u32)));
        h.store(y.at(i), x.at(i).get());
        h.else_();
        h.store(tile.at(h.int(1u32)).at(n), h.float("1.0"));
        h.end_if();
    });
    let out_of_bounds = |access, name: &str, index, length, global, workgroup| Fault::OutOfBounds {
        access,
        name: name.to_string(),
        index,
        length,
        invocation: Invocation {
            global: [global, 0, 0],
            workgroup: [workgroup, 0, 0],
        },
    };
    let cases = [
        (
            6,
            8,
            0,
            out_of_bounds(AccessKind::Read, "x", 6, 6, 6, 1),
            line,
        ),
        (
            8,
            5,
            0,
            out_of_bounds(AccessKind::Write, "y", 5, 5, 5, 1),
            line,
        ),
        (
            0,
            5,
            0,
            out_of_bounds(AccessKind::Read, "x", 0, 0, 0, 0),
            line,
        ),
        (
            8,
            8,
            3,
            out_of_bounds(AccessKind::Write, "tile[1]", 3, 3, 0, 0),
            line + 2,
        ),
    ];
    for (length_x, length_y, n, expected, line) in cases {
        let x = Memory::F32(vec![0.0; length_x]);
        let mut y = Memory::F32(vec![0.0; length_y]);
        let mut bindings = [
            Binding::Read(&x),
            Binding::Write(&mut y),
            Binding::Value(ScalarValue::U32(n)),
        ];
        let error = fault(&kernel, [2, 1, 1], &mut bindings);
        assert_eq!(
            (&error.fault, error.loc.0.line()),
            (&expected, line),
            "{error}"
        );
    }
}

#[test]
fn a_report_names_file_line_kernel_and_invocation() {
    let (kernel, line) = (
        record([4, 1, 1], |h| {
            let x = h.storage_mut::<u32>("x");
            h.store(x.at(h.global_index()), h.int(1u32));
        }),
        line!() - 2,
    );
    let mut x = Memory::U32(vec![0; 5]);
    let error = fault(&kernel, [2, 1, 1], &mut [Binding::Write(&mut x)]);
    let expected = format!(
        "{}:{line}:15: in kernel `k`, invocation (5, 0, 0) of workgroup (1, 0, 0) writes `x` at index 5, but its length is 5\n\
         help: compare the index with the length first",
        file!()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(x, Memory::U32(vec![1, 1, 1, 1, 0]));
}

/// Of two dimensions, the report says which: the array, or a row of it with the index that chose the row.
#[test]
fn an_index_into_a_row_is_named_with_the_row() {
    let kernel = record([1, 1, 1], |h| {
        let tile = h.workgroup_array2::<u32>("tile", 4, 2);
        let (i, j) = (h.uniform::<u32>("i"), h.uniform::<u32>("j"));
        h.store(tile.at(i).at(j), h.int(1u32));
    });
    for (i, j, expected) in [
        (3, 2, "writes `tile[3]` at index 2, but its length is 2"),
        (4, 1, "writes `tile` at index 4, but its length is 4"),
        (4, 2, "writes `tile` at index 4, but its length is 4"),
    ] {
        let error = fault(
            &kernel,
            [1, 1, 1],
            &mut [
                Binding::Value(ScalarValue::U32(i)),
                Binding::Value(ScalarValue::U32(j)),
            ],
        );
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn barriers_need_all_invocations() {
    let guarded = record([8, 1, 1], |h| {
        let n = h.uniform::<u32>("n");
        h.if_(h.global_index().lt(n));
        h.workgroup_barrier();
        h.end_if();
    });
    let returned = record([8, 1, 1], |h| {
        let n = h.uniform::<u32>("n");
        h.if_(h.global_index().ge(n));
        h.return_();
        h.end_if();
        h.storage_barrier();
    });
    let looped = record([8, 1, 1], |h| {
        let n = h.uniform::<u32>("n");
        let trips = n.min(h.global_index() + h.int(1u32));
        h.for_("i", h.range(h.int(0u32), trips));
        h.workgroup_barrier();
        h.end_for();
    });
    let cases = [
        (&guarded, 0, None),
        (&guarded, 16, None),
        (&guarded, 3, Some((3, 0))),
        (&guarded, 9, Some((1, 1))),
        (&returned, 16, None),
        (&returned, 15, Some((7, 1))),
        (&looped, 1, None),
        (&looped, 3, Some((7, 0))),
    ];
    for (kernel, n, expected) in cases {
        let mut bindings = [Binding::Value(ScalarValue::U32(n))];
        let Some((reached, workgroup)) = expected else {
            assert_eq!(run_f32(kernel, [2, 1, 1], &mut bindings), Ok(()));
            continue;
        };
        let error = fault(kernel, [2, 1, 1], &mut bindings);
        let Fault::DivergentBarrier {
            reached: found,
            invocations: 8,
            absent,
            ..
        } = error.fault
        else {
            panic!("{error}");
        };
        let found = (found, absent.workgroup);
        assert_eq!(found, (reached, [workgroup, 0, 0]), "{error}");
    }
}

#[test]
fn bindings_must_fit() {
    let kernel = record([1, 1, 1], |h| {
        h.storage::<crate::Vec2<f32>>("x");
        h.storage_mut::<u32>("y");
        h.uniform::<i32>("n");
    });
    let (pairs, odd) = (Memory::F32(vec![0.0; 4]), Memory::F32(vec![0.0; 3]));
    let ints = Memory::I32(vec![0; 4]);
    let (mut words, mut reals) = (Memory::U32(Vec::new()), Memory::F32(vec![0.0; 4]));
    let mut fits = [
        Binding::Read(&pairs),
        Binding::Write(&mut words),
        Binding::Value(ScalarValue::I32(1)),
    ];
    assert_eq!(run_f32(&kernel, [1, 1, 1], &mut fits), Ok(()));
    let mut words = (words.clone(), words.clone(), words.clone(), words.clone());
    let cases: [(&str, [Binding<'_, f32>; 3]); 6] = [
        (
            "x",
            [
                Binding::Read(&odd),
                Binding::Write(&mut words.0),
                Binding::Value(ScalarValue::I32(1)),
            ],
        ),
        (
            "x",
            [
                Binding::Read(&ints),
                Binding::Write(&mut words.1),
                Binding::Value(ScalarValue::I32(1)),
            ],
        ),
        (
            "x",
            [
                Binding::Value(ScalarValue::F32(1.0)),
                Binding::Write(&mut words.2),
                Binding::Value(ScalarValue::I32(1)),
            ],
        ),
        (
            "y",
            [
                Binding::Read(&pairs),
                Binding::Write(&mut reals),
                Binding::Value(ScalarValue::I32(1)),
            ],
        ),
        (
            "y",
            [
                Binding::Read(&pairs),
                Binding::Read(&pairs),
                Binding::Value(ScalarValue::I32(1)),
            ],
        ),
        (
            "n",
            [
                Binding::Read(&pairs),
                Binding::Write(&mut words.3),
                Binding::Value(ScalarValue::U32(1)),
            ],
        ),
    ];
    for (name, mut bindings) in cases {
        let error = fault(&kernel, [1, 1, 1], &mut bindings);
        assert!(
            matches!(&error.fault, Fault::Binding { param, .. } if param == name),
            "{error}"
        );
    }
    let error = fault(
        &kernel,
        [1, 1, 1],
        &mut [
            Binding::Read(&odd),
            Binding::Value(ScalarValue::F32(0.0)),
            Binding::Value(ScalarValue::U32(1)),
        ],
    );
    let text = "in kernel `k`, parameter `x` takes a read-only buffer of whole Vec2<f32> elements, but a read-only buffer of 3 f32 components is given";
    assert!(error.to_string().ends_with(text), "{error}");
    let error = fault(&kernel, [1, 1, 1], &mut []);
    assert_eq!(
        error.fault,
        Fault::BindingCount {
            expected: 3,
            given: 0
        }
    );
}

#[test]
fn no_workgroups_run_nothing() {
    let kernel = record([4, 1, 1], |h| {
        let x = h.storage_mut::<u32>("x");
        h.store(x.at(h.int(99u32)), h.int(1u32));
    });
    for groups in [[0, 1, 1], [1, 0, 1], [5, 5, 0]] {
        let mut x = Memory::U32(vec![7]);
        assert_eq!(
            run_f32(&kernel, groups, &mut [Binding::Write(&mut x)]),
            Ok(())
        );
        assert_eq!(x, Memory::U32(vec![7]));
    }
}

#[test]
fn a_division_by_zero_names_its_operands() {
    let kernel = record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<i32>("x"), h.storage_mut::<i32>("y"));
        let i = h.global_index();
        h.if_(h.uniform::<bool>("remainder"));
        h.store(y.at(i), x.at(i).get() % y.at(i).get());
        h.else_();
        h.store(y.at(i), x.at(i).get() / y.at(i).get());
        h.end_if();
    });
    let x = Memory::I32(vec![5, 6, -7, 8]);
    for (remainder, op) in [(true, '%'), (false, '/')] {
        let mut y = Memory::I32(vec![1, 2, 0, 0]);
        let mut bindings = [
            Binding::Read(&x),
            Binding::Write(&mut y),
            Binding::Value(ScalarValue::Bool(remainder)),
        ];
        let error = fault(&kernel, [1, 1, 1], &mut bindings);
        let who = "invocation (2, 0, 0) of workgroup (0, 0, 0)";
        let expected = format!("{who} computes -7 {op} 0");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn a_uniform_load_names_the_places_of_one_workgroup() {
    let kernel = record([4, 1, 1], |h| {
        let n = h.uniform::<u32>("n");
        let tile = h.workgroup_array2::<u32>("tile", 2, 4);
        let (i, l) = (h.global_index(), h.local_invocation_index());
        h.store(tile.at(h.int(1u32)).at(l), l);
        h.workgroup_uniform_load(tile.at(h.int(1u32)).at(i / n % h.int(4u32)));
    });
    let ran = |n| {
        run_f32(
            &kernel,
            [3, 1, 1],
            &mut [Binding::Value(ScalarValue::U32(n))],
        )
    };
    assert_eq!(ran(4), Ok(()));
    // Places may differ between workgroups; within the second, they do so from its third invocation on.
    let error = fault(
        &kernel,
        [3, 1, 1],
        &mut [Binding::Value(ScalarValue::U32(6))],
    );
    let Fault::UnequalUniformLoad { reads } = &error.fault else {
        panic!("{error}");
    };
    let found = reads
        .each_ref()
        .map(|(place, who)| (place.as_str(), who.global[0]));
    assert_eq!(found, [("tile[1][0]", 4), ("tile[1][1]", 6)], "{error}");
}

/// Where results of several crates carry an error, a large one costs all of them.
#[test]
fn errors_are_small() {
    assert!(size_of::<crate::reference::ExecError>() <= 112);
}
