//! Integers that wrap, and where they reach an index.

use super::{fault, record, run_f32};
use crate::record::Recorder;
use crate::record::builtins::{subgroup_add, subgroup_exclusive_add, subgroup_shuffle};
use crate::reference::{Binding, Fault};
use crate::{Exp, Kernel, Memory};

/// An index made of a number that is 0 in lane 2 and more elsewhere.
type Body = for<'m> fn(&'m Recorder, Exp<'m, u32>) -> Exp<'m, u32>;

/// y[i] = x[index % 8], where the index is made of x[i] by the body.
fn kernel(body: Body) -> Kernel {
    record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<u32>("x"), h.storage_mut::<u32>("y"));
        let i = h.global_index();
        let index = body(h, x.at(i).get());
        h.store(y.at(i), x.at(index % h.int(8u32)).get());
    })
}

const X: [u32; 8] = [1, 2, 0, 3, 5, 5, 5, 5];

/// `n - 1` in a helper.
fn before<'m>(h: &'m Recorder, n: Exp<'m, u32>) -> Exp<'m, u32> {
    let mut call = h.call("before", "", "before");
    let inside = call.value("n", n);
    if call.enter() {
        let less = inside - h.int(1u32);
        call.returns(less);
    }
    call.finish()
}

/// `n` through a helper.
fn through<'m>(h: &'m Recorder, n: Exp<'m, u32>) -> Exp<'m, u32> {
    let mut call = h.call("through", "", "through");
    let inside = call.value("n", n);
    if call.enter() {
        call.returns(inside);
    }
    call.finish()
}

/// `if condition { a } else { b }` of values at hand, which is a select.
fn choose<'m>(
    h: &'m Recorder,
    condition: Exp<'m, bool>,
    [a, b]: [Exp<'m, u32>; 2],
) -> Exp<'m, u32> {
    h.if_(condition);
    h.else_();
    h.end_if_value(a, b)
}

/// One line for each way from a wrap in lane 2 to an index.
const FOLLOWED: &[(&str, Body)] = &[
    ("directly", |h, n| n - h.int(1u32)),
    ("through arithmetic", |h, n| {
        (n - h.int(1u32)) / h.int(3u32) + h.int(1u32)
    }),
    ("in a call", before),
    ("through a call", |h, n| through(h, n - h.int(1u32))),
    ("through a local", |h, n| {
        let from = h.var("from", n);
        h.store(from, from.get() - h.int(1u32));
        from.get()
    }),
    ("through select", |h, n| {
        choose(h, n.lt(h.int(2u32)), [n - h.int(1u32), h.int(4u32)])
    }),
    ("as a signed number", |h, n| {
        (h.int(i32::MIN) + n.cast::<i32>() - h.int(1i32)).cast::<u32>()
    }),
    ("by a sum", |h, n| h.int(u32::MAX - 3) - n + h.int(4u32)),
    ("by a product", |h, n| {
        (h.int(1u32 << 31) + n) * (h.int(2u32) - n.min(h.int(1u32)))
    }),
];

/// One line for each way from a wrap in lane 2 to the index of lane 0.
const EXCHANGED: &[(&str, Body)] = &[
    ("through another lane of its subgroup", |h, n| {
        subgroup_shuffle(n - h.int(1u32), h.int(2u32))
    }),
    ("through a sum of its subgroup", |h, n| {
        subgroup_add(n - h.int(1u32))
    }),
];

/// One line for each wrap that is none of our business.
const LEFT_ALONE: &[(&str, Body)] = &[
    ("it is meant", |h, n| n.wrapping_sub(h.int(1u32))),
    ("it is not chosen", |h, n| {
        choose(h, n.gt(h.int(0u32)), [n - h.int(1u32), h.int(4u32)])
    }),
    ("no lane asks for it", |h, n| {
        subgroup_shuffle(n - h.int(1u32), h.int(3u32))
    }),
    ("higher lanes do not matter", |h, n| {
        let sum = subgroup_exclusive_add(n - h.int(1u32));
        choose(h, h.global_index().lt(h.int(3u32)), [sum, h.int(1u32)])
    }),
    ("it is compared", |h, n| {
        (n - h.int(1u32)).gt(n).cast::<u32>()
    }),
    ("it is overwritten", |h, n| {
        let from = h.var("from", n - h.int(1u32));
        h.store(from, h.int(3u32));
        from.get()
    }),
    ("it is in another lane's branch", |h, n| {
        let from = h.var("from", h.int(0u32));
        h.if_(n.gt(h.int(0u32)));
        h.store(from, n - h.int(1u32));
        h.end_if();
        from.get()
    }),
];

#[test]
fn a_wrap_is_followed_to_the_index() {
    let x = Memory::U32(X.to_vec());
    let in_lane = |lane| move |(name, body): &(&'static str, Body)| (*name, *body, lane);
    let followed = FOLLOWED.iter().map(in_lane(2));
    for (name, body, lane) in followed.chain(EXCHANGED.iter().map(in_lane(0))) {
        let mut y = Memory::U32(vec![0; 4]);
        let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
        let error = fault(&kernel(body), [1, 1, 1], &mut bindings);
        let Fault::Wrapped {
            name: array,
            wrapped,
            invocation,
            ..
        } = &error.fault
        else {
            panic!("{name}: {error}");
        };
        assert_eq!(
            (array.as_str(), invocation.global),
            ("x", [lane, 0, 0]),
            "{name}"
        );
        assert!(wrapped.0.line() != error.loc.0.line(), "{name}: {error}");
    }
}

#[test]
fn a_wrap_that_reaches_no_index_is_none_of_our_business() {
    let x = Memory::U32(X.to_vec());
    for (name, body) in LEFT_ALONE {
        let mut y = Memory::U32(vec![0; 4]);
        let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
        let ran = run_f32(&kernel(*body), [1, 1, 1], &mut bindings);
        assert_eq!(ran, Ok(()), "{name}");
    }
}

#[test]
fn what_wraps_first_is_to_blame() {
    let mut line = 0;
    let kernel = record([4, 1, 1], |h| {
        let (x, y) = (h.storage::<u32>("x"), h.storage_mut::<u32>("y"));
        let i = h.global_index();
        line = line!() + 1;
        let less = x.at(i).get() - h.int(1u32);
        // This wraps too, but only because the difference has.
        let index = less * h.int(5u32);
        h.store(y.at(i), x.at(index % h.int(8u32)).get());
    });
    let (x, mut y) = (Memory::U32(X.to_vec()), Memory::U32(vec![0; 4]));
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
    let error = fault(&kernel, [1, 1, 1], &mut bindings);
    let Fault::Wrapped { wrapped, .. } = &error.fault else {
        panic!("{error}");
    };
    assert_eq!(wrapped.0.line(), line, "{error}");
}
