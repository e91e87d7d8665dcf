//! A valid tree broken in one place each: every rule refuses what breaks it.

use super::verify;
use crate::number::Number;
use crate::record::{Exp, Recorder};
use crate::tree::*;

fn halve<'m>(h: &'m Recorder, x: Exp<'m, f32>) -> Exp<'m, f32> {
    let mut call = h.call("halve", "", "halve");
    let x = call.value("x", x);
    if call.enter() {
        call.returns(x * h.float("0.5"));
    }
    call.finish::<f32>()
}

/// `if i < y.len() { t[i] = s; for j in 0..n { y[i] += halve(x[j].x) } }`
fn valid() -> Tree {
    let kernel = Recorder::record("sums", &[], [64, 1, 1], |h| {
        let (x, y) = (
            h.storage::<crate::Vec2<f32>>("x"),
            h.storage_mut::<f32>("y"),
        );
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
    kernel.tree().unwrap().clone()
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

fn is_less(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Binary(BinaryOp::Less, ..))
}

#[test]
fn the_tree_itself_is_valid() {
    assert_eq!(verify(&valid()), Ok(()));
}

#[test]
fn each_broken_rule_is_refused() {
    type Case = (&'static str, fn(&mut Tree));
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
    for (number, (expected, break_it)) in cases.iter().enumerate() {
        let mut tree = valid();
        break_it(&mut tree);
        let problems =
            verify(&tree).expect_err(&format!("case {number} ({expected}) was accepted:\n{tree}"));
        let texts: Vec<String> = problems.iter().map(|p| p.to_string()).collect();
        assert!(
            texts.iter().any(|t| t.contains(expected)),
            "case {number}: expected `{expected}` in {texts:#?}"
        );
    }
}
