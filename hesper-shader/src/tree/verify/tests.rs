//! A valid tree broken in one place each: every rule refuses what breaks it.

use super::verify;
use crate::number::Number;
use crate::record::builtins::subgroup_add;
use crate::record::{Exp, Recorder};
use crate::tree::*;
use crate::{Mat3, Vec2};

/// What a verifier says of a tree that this breaks.
type Case = (&'static str, fn(&mut Tree));

fn halve<'m>(h: &'m Recorder, x: Exp<'m, f32>) -> Exp<'m, f32> {
    let mut call = h.call("halve", "", "halve");
    let x = call.value("x", x);
    if call.enter() {
        call.returns(x * h.float("0.5"));
    }
    call.finish::<Exp<'_, f32>>()
}

/// `if i < y.len() { t[i] = s; for j in 0..n { y[i] += halve(x[j].x) } }`
fn valid() -> Tree {
    let kernel = Recorder::record("sums", &[], [64, 1, 1], |h| {
        let (x, y) = (h.storage::<Vec2<f32>>("x"), h.storage_mut::<f32>("y"));
        let (n, s) = (h.uniform::<u32>("n"), h.uniform::<f32>("s"));
        let t = h.workgroup_array::<f32>("t", 64);
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(t.at(i % h.int(64)), s);
        let j = h.for_("j", h.range(h.int(0), n));
        h.store(y.at(i), y.at(i).get() + halve(h, x.at(j).x().get()));
        h.end_for();
        h.end_if();
    });
    kernel.tree().unwrap().to_tree()
}

/// The statements under the kernel's `if`, and those of the `for` in it.
fn accept(tree: &mut Tree) -> &mut Block {
    let found = tree
        .entry
        .body
        .iter_mut()
        .find_map(|stmt| match &mut stmt.kind {
            StmtKind::If { accept, .. } => Some(accept),
            _ => None,
        });
    found.unwrap()
}

fn loop_body(tree: &mut Tree) -> &mut Block {
    let found = accept(tree)
        .iter_mut()
        .find_map(|stmt| match &mut stmt.kind {
            StmtKind::For { body, .. } => Some(body),
            _ => None,
        });
    found.unwrap()
}

/// The first expression of a kind, as handle and expression.
fn find(tree: &mut Tree, is: impl Fn(&ExprKind) -> bool) -> (ExprId, &mut Expr) {
    let index = tree.entry.exprs.iter().position(|e| is(&e.kind)).unwrap();
    (ExprId(index as u32), &mut tree.entry.exprs[index])
}

fn add(tree: &mut Tree, kind: ExprKind, ty: Type) -> ExprId {
    let loc = tree.loc;
    tree.entry.exprs.push(Expr {
        kind,
        ty,
        loc,
        name: None,
    });
    ExprId(tree.entry.exprs.len() as u32 - 1)
}

fn push(tree: &mut Tree, kind: StmtKind) {
    let loc = tree.loc;
    tree.entry.body.push(Stmt { kind, loc });
}

/// A kernel with an atomic buffer, atomic and plain workgroup memory, a local array and a log.
fn effects() -> Tree {
    let kernel = Recorder::record("effects", &[], [64, 1, 1], |h| {
        let count = h.storage_mut::<crate::Atomic<u32>>("count");
        let y = h.storage_mut::<f32>("y");
        let total = h.workgroup_var::<crate::Atomic<u32>>("total");
        let pairs = h.workgroup_array::<Vec2<f32>>("pairs", 4);
        let i = h.global_index();
        let a = h.array_of("a", h.float("1.5"), 4);
        count.at(i).compare_exchange_weak(total.load(), i);
        let pair = h.workgroup_uniform_load(pairs.at(h.int(0)));
        h.store(y.at(i), subgroup_add(pair.x()) + a.at(i).get());
        h.log_();
        let value = h.logged(y.at(i).get());
        h.end_log(&["y = ", ""], &[value]);
    });
    kernel.tree().unwrap().to_tree()
}

/// The first statement of the body that `change` accepts.
fn change(tree: &mut Tree, change: impl Fn(&mut StmtKind) -> bool) {
    let mut body = tree.entry.body.iter_mut();
    assert!(body.any(|stmt| change(&mut stmt.kind)));
}

/// The log's statements.
fn aside(tree: &mut Tree) -> &mut Block {
    let found = tree
        .entry
        .body
        .iter_mut()
        .find_map(|stmt| match &mut stmt.kind {
            StmtKind::Aside { body } => Some(body),
            _ => None,
        });
    found.unwrap()
}

fn subgroup(tree: &mut Tree, op: SubgroupOp) {
    change(tree, |kind| match kind {
        StmtKind::Subgroup { op: old, .. } => {
            *old = op;
            true
        }
        _ => false,
    });
}

fn is_less(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Binary(BinaryOp::Less, ..))
}

#[test]
fn the_tree_itself_is_valid() {
    assert!(verify(valid()).is_ok());
}

#[test]
fn each_broken_rule_is_refused() {
    let cases: &[Case] = &[
        ("at least 1 in each dimension", |t| {
            t.workgroup_size = [0, 1, 1]
        }),
        ("at least 1 in each dimension", |t| {
            t.workgroup_size = [1 << 20, 1 << 20, 1]
        }),
        ("two parameters named", |t| t.params[1].name = "x".into()),
        ("cannot be a buffer of `bool`", |t| {
            t.params[1].kind = ParamKind::Storage {
                element: Type::BOOL,
                access: Access::ReadWrite,
            };
        }),
        ("`sums` allows any order without a reason", |t| {
            t.any_order = Some(" ".into())
        }),
        ("`y` allows any order without a reason", |t| {
            t.params[1].any_order = Some(String::new())
        }),
        ("`x` is only read, so that no order can matter", |t| {
            t.params[0].any_order = Some("why".into())
        }),
        ("dimension of zero", |t| t.workgroup[0].dims = vec![4, 0]),
        ("is not a shader type", |t| t.workgroup[0].element.size = 7),
        ("takes no arguments and returns nothing", |t| {
            t.entry.result = Some(Type::F32)
        }),
        ("without returning a value", |t| t.functions[0].body.clear()),
        ("defined after the expression that uses it", |t| {
            let (id, less) = find(t, is_less);
            less.kind = ExprKind::Unary(UnaryOp::Not, id);
        }),
        ("`<` does not accept `u32`, `f32`", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            let less = find(t, is_less).1;
            if let ExprKind::Binary(_, _, b) = &mut less.kind {
                *b = s;
            }
        }),
        ("is of type `bool`, recorded as `f32`", |t| {
            find(t, is_less).1.ty = Type::F32
        }),
        ("`max` does not accept `f32`", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            let max = add(t, ExprKind::Math(Math::Max, vec![s]), Type::F32);
            push(t, StmtKind::Emit(max));
        }),
        ("beyond the range of f32", |t| {
            let big = Number::parse("1e39").unwrap();
            add(t, ExprKind::Literal(Literal::F32(big)), Type::F32);
        }),
        ("outside the block that evaluates it", |t| {
            let less = find(t, is_less).0;
            t.entry
                .body
                .retain(|s| !matches!(s.kind, StmtKind::Emit(id) if id == less));
        }),
        ("outside the block that evaluates it", |t| {
            loop_body(t).rotate_left(1)
        }),
        ("outside the block that evaluates it", |t| {
            let inner = loop_body(t).pop().unwrap();
            accept(t).push(inner);
        }),
        ("evaluated twice", |t| {
            let less = find(t, is_less).0;
            push(t, StmtKind::Emit(less));
        }),
        ("cannot be evaluated by this statement", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(_))).0;
            push(t, StmtKind::Emit(s));
        }),
        ("handle out of range (expression)", |t| {
            push(t, StmtKind::Emit(ExprId(9999)))
        }),
        ("handle out of range (uniform)", |t| {
            find(t, |k| matches!(k, ExprKind::Uniform(_))).1.kind = ExprKind::Uniform(ParamId(0));
        }),
        ("handle out of range (variable)", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            push(
                t,
                StmtKind::Store {
                    place: Place {
                        root: Root::Local(LocalId(7)),
                        path: vec![],
                    },
                    value: s,
                },
            );
        }),
        ("`y`: this path does not lead to a value", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            push(
                t,
                StmtKind::Store {
                    place: Place {
                        root: Root::Storage(ParamId(1)),
                        path: vec![],
                    },
                    value: s,
                },
            );
        }),
        ("cannot store into `x`", |t| {
            t.params[1].kind = ParamKind::Storage {
                element: Type::F32,
                access: Access::Read,
            };
            t.params[1].name = "x".into();
            t.params[0].name = "w".into();
        }),
        ("the index is of type `f32`, not `u32`", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            let place = Place {
                root: Root::Storage(ParamId(1)),
                path: vec![Step::Index(s)],
            };
            push(t, StmtKind::Store { place, value: s });
        }),
        ("the condition is of type `u32`, not `bool`", |t| {
            let n = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(2)))).0;
            push(
                t,
                StmtKind::If {
                    condition: n,
                    accept: vec![],
                    reject: vec![],
                },
            );
        }),
        ("nested more than 60 deep", |t| {
            let condition = add(t, ExprKind::Literal(Literal::Bool(true)), Type::BOOL);
            let loc = t.loc;
            for _ in 0..100 {
                let accept = std::mem::take(&mut t.entry.body);
                t.entry.body = vec![Stmt {
                    kind: StmtKind::If {
                        condition,
                        accept,
                        reject: vec![],
                    },
                    loc,
                }];
            }
        }),
        ("`continue` outside of a loop", |t| {
            push(t, StmtKind::Continue)
        }),
        ("this loop never ends", |t| {
            push(t, StmtKind::Loop { body: vec![] })
        }),
        ("statements follow", |t| {
            push(t, StmtKind::Return(None));
            push(t, StmtKind::Barrier(Barrier::Workgroup));
        }),
        ("only call functions recorded before it", |t| {
            push(
                t,
                StmtKind::Call {
                    function: FunctionId(1),
                    arguments: vec![],
                    result: None,
                },
            );
        }),
        ("call of `halve` does not match", |t| {
            push(
                t,
                StmtKind::Call {
                    function: FunctionId(0),
                    arguments: vec![],
                    result: None,
                },
            );
        }),
        ("call of `sums` does not match", |t| {
            let s = find(t, |k| matches!(k, ExprKind::Uniform(ParamId(3)))).0;
            push(t, StmtKind::Return(Some(s)));
        }),
    ];
    refuses(valid, cases);
}

#[test]
fn each_broken_rule_of_effects_is_refused() {
    let cases: &[Case] = &[
        ("`count` is atomic", |t| {
            change(t, |kind| match kind {
                StmtKind::Store { place, .. } if matches!(place.root, Root::Storage(_)) => {
                    place.root = Root::Storage(ParamId(0));
                    true
                }
                _ => false,
            });
        }),
        ("`total` is atomic", |t| {
            let body = aside(t);
            if let StmtKind::Load { place, .. } = &mut body[0].kind {
                *place = Place {
                    root: Root::Workgroup(WorkgroupId(0)),
                    path: vec![],
                };
            }
        }),
        ("`y` is not atomic", |t| {
            change(t, |kind| match kind {
                StmtKind::Atomic { place, .. } if matches!(place.root, Root::Storage(_)) => {
                    place.root = Root::Storage(ParamId(1));
                    true
                }
                _ => false,
            });
        }),
        ("`total` cannot be atomic of `f16`", |t| {
            t.workgroup[0].element = Type::F16
        }),
        ("`count` cannot be atomic of `Vec2<u32>`", |t| {
            t.params[0].kind = ParamKind::Storage {
                element: Type::vector(2, Scalar::U32),
                access: Access::Atomic,
            };
        }),
        ("handle out of range (result)", |t| {
            change(t, |kind| match kind {
                StmtKind::Atomic { result, .. } => result.take().is_some(),
                _ => false,
            });
        }),
        ("whether it was replaced is of type `u32`", |t| {
            change(t, |kind| match kind {
                StmtKind::Atomic {
                    op: AtomicOp::CompareExchangeWeak { exchanged, .. },
                    result: Some(result),
                    ..
                } => {
                    std::mem::swap(exchanged, result);
                    true
                }
                _ => false,
            });
        }),
        ("`pairs`: a uniform load reads whole elements", |t| {
            change(t, |kind| match kind {
                StmtKind::UniformLoad { place, .. } => {
                    place.path.push(Step::Component(0));
                    true
                }
                _ => false,
            });
        }),
        ("`y`: a uniform load reads whole elements", |t| {
            change(t, |kind| match kind {
                StmtKind::UniformLoad { place, .. } => {
                    place.root = Root::Storage(ParamId(1));
                    true
                }
                _ => false,
            });
        }),
        ("`subgroup_and` does not accept `f32`", |t| {
            subgroup(t, SubgroupOp::Reduce(Combine::And))
        }),
        ("`subgroup_any` does not accept `f32`", |t| {
            subgroup(t, SubgroupOp::Any)
        }),
        ("a scan within a subgroup is a sum or a product", |t| {
            subgroup(t, SubgroupOp::ExclusiveScan(Combine::Max));
        }),
        ("`subgroup_broadcast`: there is no lane 128", |t| {
            subgroup(t, SubgroupOp::Broadcast(128));
        }),
        ("`quad_broadcast`: there is no lane 4", |t| {
            subgroup(t, SubgroupOp::QuadBroadcast(4));
        }),
        ("the lane, distance or mask is of type `f32`", |t| {
            let one = find(t, |k| matches!(k, ExprKind::Literal(Literal::F32(_)))).0;
            subgroup(t, SubgroupOp::Shuffle(one));
        }),
        ("`subgroup_id` needs a workgroup of one dimension", |t| {
            t.workgroup_size = [8, 8, 1];
            let value = BuiltinValue::SubgroupId;
            add(t, ExprKind::BuiltinValue(value), Type::U32);
        }),
        ("index 0 is beyond the end of `pairs`, which has 0", |t| {
            t.workgroup[1].dims = vec![0]
        }),
        ("the array `a` has a dimension of zero", |t| {
            t.entry.locals[0].dims = vec![0]
        }),
        ("take 8196 bytes, and shaders allow 8192", |t| {
            t.entry.locals[0].dims = vec![2049]
        }),
        ("a log only evaluates and reads", |t| {
            let loc = t.loc;
            let kind = StmtKind::Barrier(Barrier::Workgroup);
            aside(t).push(Stmt { kind, loc });
        }),
        ("a log only evaluates and reads", |t| {
            let inner = aside(t).clone();
            let (kind, loc) = (StmtKind::Aside { body: inner }, t.loc);
            *aside(t) = vec![Stmt { kind, loc }];
        }),
        ("a log outside of an aside", |t| {
            let (text, values) = (vec!["x".to_string()], vec![]);
            let fails = false;
            push(
                t,
                StmtKind::Log {
                    text,
                    values,
                    fails,
                },
            );
        }),
        ("a log of 1 values whose text has 0 gaps", |t| {
            if let Some(StmtKind::Log { text, .. }) = aside(t).last_mut().map(|s| &mut s.kind) {
                text.pop();
            }
        }),
        ("outside the block that evaluates it", |t| {
            let loaded = aside(t).remove(0);
            aside(t).push(loaded);
        }),
    ];
    assert!(verify(effects()).is_ok());
    refuses(effects, cases);
}

/// A buffer of `[Vec2<f32>; 3]`, one of a matrix and one element that is read, in a kernel that reads and writes them.
fn parts() -> Tree {
    let kernel = Recorder::record("parts", &[], [4, 1, 1], |h| {
        let x = h.storage::<[Vec2<f32>; 3]>("x");
        let y = h.storage_mut::<Mat3<f32>>("y");
        let one = h.storage_one::<[f32; 2]>("one");
        let i = h.global_index();
        let zero = h.int(0u32);
        h.store(
            y.at(i).at(zero).x(),
            x.at(i).at(h.int(1u32)).y().get() * one.at(zero).get(),
        );
    });
    kernel.tree().unwrap().to_tree()
}

#[test]
fn structured_buffers() {
    let cases: &[Case] = &[
        (
            "`x` cannot be a buffer: its parts are not those of its type",
            |t| {
                t.structured[0].leaves[0].offset = 4;
            },
        ),
        (
            "`x` cannot be a buffer: it holds an array without elements",
            |t| {
                t.structured[0].shape = Shape::Array(Box::new(Shape::Value(Type::F32)), 0);
            },
        ),
        ("`x` cannot be a buffer: it holds truth values", |t| {
            t.structured[0].shape = Shape::Array(Box::new(Shape::Value(Type::BOOL)), 3);
        }),
        (
            "`y` cannot be a buffer: a part of it belongs to another",
            |t| {
                t.structured[1].first = ParamId(0);
            },
        ),
        (
            "`y` cannot be a buffer: a part of it is no parameter",
            |t| {
                t.structured[1].first = ParamId(9);
            },
        ),
        (
            "`y` cannot be a buffer: it is a part that its buffer does not have",
            |t| {
                t.params[1].field = Some(Field { buffer: 1, leaf: 1 });
            },
        ),
        (
            "`x` cannot be a buffer: a part of it has another type than its parameter",
            |t| {
                t.params[0].kind = ParamKind::Storage {
                    element: Type::F32,
                    access: Access::Read,
                };
            },
        ),
        (
            "`x` cannot be a buffer: a part of it is a scalar by value",
            |t| {
                t.params[0].kind = ParamKind::Uniform(Scalar::U32);
            },
        ),
        (
            "`x` cannot be a buffer: it holds a structure without fields",
            |t| {
                let (name, fields) = ("S".to_string(), Vec::new());
                t.structured[0].shape = Shape::Structure(Structure { name, fields }.into());
            },
        ),
        (
            "`x` cannot be a buffer: it holds atomics, which are also written",
            |t| {
                let shape = Shape::Array(Box::new(Shape::Atomic(Type::U32)), 3);
                t.structured[0].leaves = shape.leaves();
                t.structured[0].shape = shape;
            },
        ),
        (
            "`x` cannot be a buffer: one element takes more bytes",
            |t| {
                let shape = Shape::Array(
                    Box::new(Shape::Value(Type::vector(2, Scalar::F32))),
                    1 << 30,
                );
                t.structured[0].leaves = shape.leaves();
                t.structured[0].shape = shape;
            },
        ),
        (
            "`x` cannot be a buffer: it holds an array of runtime length, in which a structure alone may end",
            |t| t.structured[0].shape = Shape::Tail(Box::new(Shape::Value(Type::F32))),
        ),
        // The only element of a buffer has the number 0, and its arrays have ends.
        ("`one`: this path does not lead to a value", |t| {
            t.structured[0].single = true;
            t.structured[0].name = "one".to_string();
            t.params[0].name = "one".to_string();
            t.params[2].name = "other".to_string();
        }),
        ("index 3 is beyond the end of `x`, which has 3", |t| {
            for expr in &mut t.entry.exprs {
                if expr.kind == ExprKind::Literal(Literal::U32(1)) {
                    expr.kind = ExprKind::Literal(Literal::U32(3));
                }
            }
        }),
    ];
    assert!(verify(parts()).is_ok());
    refuses(parts, cases);
}

/// `log: &mut Log { count: u32, entries: [f32] }`, as `tail` says it lies.
fn with_tail() -> Tree {
    let kernel = Recorder::record("kernel", &[], [4, 1, 1], |h| {
        let n = h.uniform::<u32>("n");
        let (count, entries) = (
            h.storage_mut::<u32>("log.count"),
            h.storage_mut::<f32>("log.entries"),
        );
        let zero = h.int(0u32);
        h.store(count.at(zero), entries.len() + n);
        h.store(entries.at(n), h.float("1.0"));
    });
    let mut tree = kernel.tree().unwrap().to_tree();
    let fields = [
        ("count", Shape::Value(Type::U32)),
        ("entries", Shape::Tail(Box::new(Shape::Value(Type::F32)))),
    ];
    let fields = fields.map(|(name, shape)| (name.to_string(), shape));
    let (name, fields) = ("Log".to_string(), fields.to_vec());
    let shape = Shape::Structure(Structure { name, fields }.into());
    for (leaf, param) in (0..).zip(&mut tree.params[1..]) {
        param.field = Some(Field { buffer: 0, leaf });
    }
    tree.structured.push(Structured {
        name: "log".to_string(),
        loc: tree.loc,
        leaves: shape.leaves(),
        shape,
        single: true,
        first: ParamId(1),
    });
    tree
}

#[test]
fn buffers_with_tails() {
    let cases: &[Case] = &[
        (
            "`log` cannot be a buffer: it holds an array of runtime length",
            |t| {
                t.structured[0].single = false;
            },
        ),
        ("`log.count`: this path does not lead to a value", |t| {
            // Its only element has the number 0.
            for stmt in &mut t.entry.body {
                if let StmtKind::Store { place, .. } = &mut stmt.kind
                    && place.root == Root::Storage(ParamId(2))
                {
                    place.root = Root::Storage(ParamId(1));
                }
            }
        }),
        ("length", |t| {
            for expr in &mut t.entry.exprs {
                if let ExprKind::Length(param) = &mut expr.kind {
                    *param = ParamId(1);
                }
            }
        }),
    ];
    assert!(verify(with_tail()).is_ok());
    refuses(with_tail, cases);
}

/// Each case's change of the tree brings out its text.
fn refuses(valid: fn() -> Tree, cases: &[Case]) {
    for (number, (expected, break_it)) in cases.iter().enumerate() {
        let mut tree = valid();
        break_it(&mut tree);
        let problems = verify(tree).err();
        let problems =
            problems.unwrap_or_else(|| panic!("case {number} ({expected}) was accepted"));
        let texts: Vec<String> = problems.iter().map(|p| p.to_string()).collect();
        assert!(
            texts.iter().any(|t| t.contains(expected)),
            "case {number}: expected `{expected}` in {texts:#?}"
        );
    }
}
