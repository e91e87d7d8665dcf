//! Exchanges within subgroups that part of a subgroup does not reach.

use super::{both, fault, record};
use crate::record::Recorder;
use crate::record::builtins::{
    quad_swap_x, subgroup_add, subgroup_any, subgroup_mul, subgroup_shuffle,
};
use crate::reference::{Binding, ExecError, Fault, Options, Warning, Way};
use crate::{Exp, Kernel, Memory, f16};

/// `if x[i] < 40 { what }`: what the buffer holds decides who gets there.
fn guarded(what: for<'m> fn(&'m Recorder, Exp<'m, u32>)) -> Kernel {
    record([64, 1, 1], |h| {
        let x = h.storage::<u32>("x");
        let i = h.local_invocation_index();
        h.if_(x.at(i).get().lt(h.int(40u32)));
        what(h, i);
        h.end_if();
    })
}

fn run(kernel: &Kernel, x: Vec<u32>, subgroup_size: u32) -> Result<Vec<Warning>, ExecError> {
    let options = Options {
        subgroup_size,
        ..Options::default()
    };
    let x = Memory::U32(x);
    let outcome = both(kernel, [1, 1, 1], &mut [Binding::Read(&x)], &options)?;
    Ok(outcome.warnings)
}

#[test]
fn an_exchange_that_part_of_a_subgroup_reaches_is_an_error() {
    let kernels = [
        ("subgroup_add", guarded(|_, i| _ = subgroup_add(i))),
        ("quad_swap_x", guarded(|_, i| _ = quad_swap_x(i))),
        (
            "subgroup_any",
            guarded(|h, i| _ = subgroup_any(i.lt(h.int(3u32)))),
        ),
        (
            "subgroup_shuffle",
            guarded(|h, i| _ = subgroup_shuffle(i, i % h.int(8u32))),
        ),
    ];
    for (name, kernel) in &kernels {
        for (size, reached) in [(32, 8), (64, 40), (16, 8)] {
            let ran = run(kernel, (0..64).collect(), size);
            let Err(ExecError { fault, .. }) = &ran else {
                panic!("{name} {size}: {ran:?}");
            };
            let Fault::DivergentExchange {
                op,
                reached: found,
                invocations,
                absent,
                parted,
            } = fault
            else {
                panic!("{name}: {fault}");
            };
            assert_eq!((op.name(), *found), (*name, reached));
            assert_eq!(*invocations, size as usize);
            assert_eq!(absent.global, [40, 0, 0]);
            assert_eq!(parted.map(|parted| parted.way), Some(Way::Branch));
        }
        // No subgroup is parted, whether by its size or by the data; that WGSL refuses it is told.
        for (x, size) in [((0..64).collect(), 8), (vec![7; 64], 32)] {
            let told = run(kernel, x, size);
            assert!(
                matches!(told.as_deref(), Ok([Warning::NotUniform { .. }])),
                "{name}: {told:?}"
            );
        }
    }
}

#[test]
fn an_exchange_after_some_returned_is_an_error() {
    let kernel = record([8, 1, 1], |h| {
        let i = h.local_invocation_index();
        h.if_(i.gt(h.int(5u32)));
        h.return_();
        h.end_if();
        subgroup_add(i);
    });
    let error = fault(&kernel, [1, 1, 1], &mut []);
    let Fault::DivergentExchange {
        reached,
        absent,
        parted,
        ..
    } = &error.fault
    else {
        panic!("{error}");
    };
    assert_eq!((*reached, absent.global[0]), (6, 6));
    assert_eq!(parted.map(|parted| parted.way), Some(Way::Return));
    let unwatched = both(&kernel, [1, 1, 1], &mut [], &Options::fast());
    assert!(unwatched.is_ok(), "{unwatched:?}");
}

/// What lanes add up or multiply in halves is a half.
#[test]
fn halves_that_are_combined_are_rounded() {
    type Combine = for<'m> fn(Exp<'m, f16>) -> Exp<'m, f16>;
    let next = 1.0 + 1.0 / 1024.0;
    // 2052.5 and 2052.002 are none: there halves are even.
    for (name, combine, x) in [
        (
            "subgroup_add",
            subgroup_add as Combine,
            [2048.0, 2.5, 1.0, 1.0],
        ),
        ("subgroup_mul", subgroup_mul, [1024.0, 2.0, next, next]),
    ] {
        let kernel = record([4, 1, 1], |h| {
            let (x, y) = (h.storage::<f16>("x"), h.storage_mut::<f32>("y"));
            let i = h.local_invocation_index();
            let all: Exp<'_, f16> = combine(x.at(i).get());
            h.store(y.at(i), all.cast::<f32>());
        });
        let (x, mut y) = (Memory::F32(x.to_vec()), Memory::F32(vec![0.0; 4]));
        let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
        both(&kernel, [1, 1, 1], &mut bindings, &Options::default()).unwrap();
        assert_eq!(y, Memory::F32(vec![2052.0; 4]), "{name}");
    }
}
