//! Misuse of the recorder is collected, located and never panics; loops, joins and short-circuits record what they should.

use super::{AnyLength, Len, Recorder};
use crate::kernel::Kernel;
use std::panic::Location;

fn kernel(body: impl FnOnce(&Recorder)) -> Kernel {
    Recorder::record("k", &[], [64, 1, 1], body)
}

fn errors(body: impl FnOnce(&Recorder)) -> String {
    match kernel(body).tree() {
        Ok(tree) => panic!("accepted:\n{tree}"),
        Err(error) => error.to_string(),
    }
}

/// The body of a kernel's text, from the first brace on.
fn text(body: impl FnOnce(&Recorder)) -> String {
    let tree = kernel(body).tree().unwrap().to_string();
    let start = tree.find("\n{").unwrap() + 1;
    tree[start..].trim_end().to_string()
}

fn double<'m>(h: &'m Recorder, x: super::Exp<'m, f32>) -> super::Exp<'m, f32> {
    let mut call = h.call("double", "", "double");
    let x = call.value("x", x);
    if call.enter() {
        call.returns(x + x);
    }
    call.finish::<crate::Exp<'_, f32>>()
}

fn endless<'m>(h: &'m Recorder, x: super::Exp<'m, f32>) -> super::Exp<'m, f32> {
    let mut call = h.call("endless", "", "endless");
    let x = call.value("x", x);
    if call.enter() {
        call.returns(endless(h, x));
    }
    call.finish::<crate::Exp<'_, f32>>()
}

fn endless_in_place<'m>(h: &'m Recorder, x: super::Exp<'m, f32>) -> super::Exp<'m, f32> {
    let mut call = h.call_in_place("endless", "", "endless");
    let x = call.value("x", x);
    if call.enter() {
        call.returns(endless_in_place(h, x));
    }
    call.finish()
}

#[test]
fn misuse_is_an_error_with_its_line() {
    type Case = (&'static str, fn(&Recorder));
    let cases: &[Case] = &[
        ("`end_if` without `if_`", |h| h.end_if()),
        ("`else_` without `if_`", |h| h.else_()),
        ("`end_loop` without `loop_`", |h| h.end_loop()),
        ("`if_` is never closed", |h| h.if_(h.boolean(true))),
        ("step of zero", |h| {
            h.for_("i", h.range(h.int(0u32), h.int(8u32)).step_by(h.int(0)));
            h.end_for();
        }),
        ("`endless` calls itself", |h| {
            let y = h.storage_mut::<f32>("y");
            h.store(y.at(h.int(0)), endless(h, h.float("1.0")));
        }),
        ("`endless` calls itself", |h| {
            endless_in_place(h, h.float("1.0"));
        }),
        ("a loop that is not around it", |h| {
            h.loop_();
            let label = h.label();
            h.break_();
            h.end_loop();
            h.break_to(label);
        }),
        ("more than 4096 rounds are unrolled", |h| {
            assert_eq!(h.unroll(0..5000).count(), 4096);
        }),
        ("`t` has no element 3: it has 2", |h| {
            h.element("t", &[1_u32, 2], h.int(3_u32));
        }),
        ("is not a finite number", |h| {
            h.var("x", h.float("1e99"));
        }),
        ("does not fit `u32`", |h| {
            h.var("n", h.lift(usize::MAX));
        }),
        ("value of another function", |h| {
            let outer = h.global_index();
            let call = |inner: bool| {
                let mut call = h.call("leak", "", "leak");
                if call.enter() {
                    let value = h.int(1u32) + h.int(2u32);
                    h.var("n", if inner { value } else { outer });
                }
                call.finish_unit();
            };
            call(false);
        }),
        ("used outside the block that evaluates it", |h| {
            let y = h.storage_mut::<f32>("y");
            h.if_(h.global_index().lt(y.len()));
            let x = y.at(h.int(0)).get();
            h.end_if();
            h.store(y.at(h.int(1)), x);
        }),
        ("cannot store into `x`, which is read-only", |h| {
            let x = h.storage::<f32>("x");
            h.store(x.at(h.int(0)), h.float("1.0"));
        }),
        ("two parameters named `x`", |h| {
            h.storage::<f32>("x");
            h.uniform::<f32>("x");
        }),
        ("`break` outside of a loop", |h| h.break_()),
        ("this loop never ends", |h| {
            h.loop_();
            h.end_loop();
        }),
        ("dimension of zero", |h| {
            h.workgroup_array::<f32>("t", 0);
        }),
        ("and one of 3 is handed to it", |h| {
            let t = h.workgroup_array::<f32>("t", 3);
            let mut call = h.call("f", "", "f");
            call.array::<_, Len<4>>("t", t, 4, Location::caller());
            call.enter();
            call.finish_unit();
        }),
        ("`t` of `f`, at ", |h| {
            let t = h.workgroup_array_of::<f32, 3>("t");
            let mut call = h.call("f", "", "f");
            call.array::<_, AnyLength>("t", t, 4, Location::caller());
            call.enter();
            call.finish_unit();
        }),
        ("an array of 3 elements where its type says 4", |h| {
            h.array_length(h.array_of("a", h.float("0.0"), 3), 4);
        }),
        ("the array `a` has a dimension of zero", |h| {
            h.array_of("a", h.float("0.0"), 0);
        }),
        ("`log_` is never closed", |h| h.log_()),
        ("`end_log` without `log_`", |h| h.end_log(&[""], &[])),
        ("a log only evaluates and reads", |h| {
            h.log_();
            h.workgroup_barrier();
            h.end_log(&[""], &[]);
        }),
        ("declare `x` before any helper call", |h| {
            let mut call = h.call("f", "", "f");
            if call.enter() {
                h.uniform::<f32>("x");
            }
            call.finish_unit();
        }),
    ];
    for (expected, body) in cases {
        let message = errors(body);
        assert!(
            message.contains(expected),
            "expected `{expected}` in:\n{message}"
        );
        assert!(
            message.contains("record/tests.rs:"),
            "no line in:\n{message}"
        );
    }
}

#[test]
fn values_of_another_recorder_are_refused() {
    let mut kernel = None;
    Recorder::record("outer", &[], [1, 1, 1], |outer| {
        let foreign = outer.int(1u32);
        // Both recorders' lifetimes end in here, so this type-checks; only the check at run time can tell.
        kernel = Some(Recorder::record("inner", &[], [1, 1, 1], |inner| {
            inner.var("n", foreign);
        }));
    });
    let error = kernel.unwrap().tree().unwrap_err().to_string();
    assert!(error.contains("value of another function"), "{error}");
}

#[test]
fn an_empty_workgroup_is_refused() {
    let kernel = Recorder::record("k", &[], [64, 0, 1], |_| {});
    assert!(
        kernel
            .tree()
            .unwrap_err()
            .to_string()
            .contains("workgroup size [64, 0, 1]")
    );
}

#[test]
fn constructs_record_what_they_mean() {
    type Case = (&'static str, fn(&Recorder));
    let cases: &[Case] = &[
        ("{\n  for i in 0..n {\n    break\n  }\n}", |h| {
            let n = h.uniform::<u32>("n");
            h.for_("i", h.range(h.int(0), n));
            h.break_();
            h.end_for();
        }),
        (
            "{\n  for t0 in 0..3 {\n    let i = 2 + t0\n    continue\n  }\n}",
            |h| {
                h.for_("i", h.range(h.int(2u32), h.int(5u32)));
                h.continue_();
                h.end_for();
            },
        ),
        // Arms that only name values are a select; an arm that loads stays an `if`.
        ("{\n  store $a = select(c, 1.0, 2.0)\n}", |h| {
            let c = h.uniform::<bool>("c");
            h.if_(c);
            let (a, _, b) = (h.float("1.0"), h.else_(), h.float("2.0"));
            h.var("a", h.end_if_value(a, b));
        }),
        (
            "{\n  if c {\n    store $chosen = load x[0]\n  } else {\n    store $chosen = 2.0\n  }\n  store $a = load $chosen\n}",
            |h| {
                let (c, x) = (h.uniform::<bool>("c"), h.storage::<f32>("x"));
                h.if_(c);
                let (a, _, b) = (x.at(h.int(0)).get(), h.else_(), h.float("2.0"));
                h.var("a", h.end_if_value(a, b));
            },
        ),
        ("{\n  store $a = c & (n < 3)\n}", |h| {
            let (c, n) = (h.uniform::<bool>("c"), h.uniform::<u32>("n"));
            h.and_(c);
            let right = n.lt(h.int(3));
            h.var("a", h.end_and(right));
        }),
        (
            "{\n  if c {\n    store $both = (load x[0]) > 0.0\n  } else {\n    store $both = false\n  }\n  store $a = load $both\n}",
            |h| {
                let (c, x) = (h.uniform::<bool>("c"), h.storage::<f32>("x"));
                h.and_(c);
                let right = x.at(h.int(0)).get().gt(h.float("0.0"));
                h.var("a", h.end_and(right));
            },
        ),
        // A value is bound where it is written: this swaps.
        (
            "{\n  let t = load y[0]\n  store y[0] = load y[1]\n  store y[1] = t\n}",
            |h| {
                let y = h.storage_mut::<f32>("y");
                let t = h.bind("t", y.at(h.int(0)).get());
                let v = y.at(h.int(1)).get();
                h.store(y.at(h.int(0)), v);
                h.store(y.at(h.int(1)), t);
            },
        ),
        (
            "{\n  let t0 = call double(s)\n  let t1 = call double(t0)\n  store $a = t1\n}",
            |h| {
                let s = h.uniform::<f32>("s");
                let (_, once) = (h.int(0u32), double(h, s));
                let (_, twice) = (h.int(0u32), double(h, once));
                h.var("a", twice);
            },
        ),
        // What an atomic yields is bound where it happens; unused, it needs no name.
        (
            "{\n  let old = count[0].fetch_add(1)\n  count[1].store(old)\n}",
            |h| {
                let count = h.storage_mut::<crate::Atomic<u32>>("count");
                let old = h.bind("old", count.at(h.int(0)).fetch_add(h.int(1)));
                count.at(h.int(1)).store(old);
            },
        ),
        (
            "{\n  let (old, exchanged) = count[0].compare_exchange_weak(0, 1)\n}",
            |h| {
                let count = h.storage_mut::<crate::Atomic<u32>>("count");
                let (old, exchanged) = count.at(h.int(0)).compare_exchange_weak(h.int(0), h.int(1));
                h.bind("old", old);
                h.bind("exchanged", exchanged);
            },
        ),
        (
            "{\n  local $a: [f32; 4]\n  local $b: [u32; 2]\n  for t0 in 0..4 {\n    store $a[t0] = s\n  }\n  store $b[0] = 7\n  store $b[1] = 2\n}",
            |h| {
                let s = h.uniform::<f32>("s");
                h.array_of("a", s, 4);
                h.array_from("b", &[h.int(7), h.int(2u32)]);
            },
        ),
        (
            "{\n  aside {\n    log \"x = {} of {}\", load x[0], n\n  }\n}",
            |h| {
                let (x, n) = (h.storage::<f32>("x"), h.uniform::<u32>("n"));
                h.log_();
                let values = [h.logged(x.at(h.int(0)).get()), h.logged(n)];
                h.end_log(&["x = ", " of ", ""], &values);
            },
        ),
        (
            "{\n  let n = workgroup_uniform_load(t[1])\n  let t0 = subgroup_broadcast(n, 3)\n  store $a = t0 +% n\n}",
            |h| {
                let t = h.workgroup_array::<u32>("t", 4);
                let n = h.bind("n", h.workgroup_uniform_load(t.at(h.int(1))));
                h.var(
                    "a",
                    super::builtins::subgroup_broadcast(n, 3).wrapping_add(n),
                );
            },
        ),
        // A helper that is recorded in place, and a block that nothing leaves, are their statements.
        ("{\n  store $a = s + s\n}", |h| {
            let s = h.uniform::<f32>("s");
            let mut call = h.call_in_place("double", "", "double");
            let x = call.value("x", s);
            if call.enter() {
                h.block_();
                h.end_block();
                call.returns(x + x);
            }
            h.var("a", call.finish::<super::Exp<'_, f32>>());
        }),
        // What a constant excludes is not recorded.
        ("{\n  return\n}", |h| {
            h.if_(h.boolean(false));
            double(h, h.float("1.0"));
            h.workgroup_array::<f32>("t", 4);
            h.else_();
            h.return_();
            h.end_if();
        }),
        // What follows a `return` is not recorded.
        ("{\n  return\n}", |h| {
            h.return_();
            h.workgroup_barrier();
        }),
    ];
    for (expected, body) in cases {
        assert_eq!(text(body), *expected);
    }
}

#[test]
fn helpers_are_recorded_once_per_specialisation() {
    let kernel = kernel(|h| {
        let y = h.storage_mut::<f32>("y");
        let (a, b) = (
            h.workgroup_array::<f32>("a", 4),
            h.workgroup_array::<f32>("b", 4),
        );
        let clear = |array| {
            let mut call = h.call("clear", "", "clear");
            let array = call.workgroup_array(array);
            if call.enter() {
                h.store(array.at(h.int(0)), h.float("0.0"));
            }
            call.finish_unit();
        };
        [a, b, a].into_iter().for_each(clear);
        h.store(y.at(h.int(0)), double(h, double(h, h.float("1.0"))));
    });
    let names: Vec<String> = kernel
        .tree()
        .unwrap()
        .functions
        .iter()
        .map(|f| f.name.clone())
        .collect();
    assert_eq!(names, ["clear", "clear", "double"]);
}
