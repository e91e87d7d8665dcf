//! Trees that break their rules are refused, whatever is wrong with them, before anything relies on the rules.

use super::memory::reduction;
use super::record;
use crate::domain::F32;
use crate::record::{Exp, Recorder};
use crate::reference::{Binding, Fault, Options, run, run_with};
use crate::tree::verify::verify;
use crate::tree::{ExprId, ExprKind, Function, Stmt, StmtKind, Tree, Type};
use crate::{Kernel, Memory};

/// A kernel with a helper, vectors, locals and each kind of loop.
fn assorted() -> Kernel {
    record([4, 1, 1], |h| {
        let (x, sums) = (h.storage::<f32>("x"), h.storage_mut::<f32>("sums"));
        let i = h.local_invocation_index();
        let v = h.var(
            "v",
            crate::record::builtins::vec2(x.at(i).get(), h.float("2.0")),
        );
        let k = h.for_("k", h.range(h.int(0u32), i));
        h.if_(k.eq(h.int(2u32)));
        h.break_();
        h.end_if();
        let mut call = h.call("square", "", "square");
        let a = call.value("a", v.get());
        if call.enter() {
            call.returns(crate::record::builtins::dot(a, a.max(a)));
        }
        h.store(
            v.x(),
            call.finish::<Exp<'_, f32>>()
                .clamp(h.float("0.0"), k.cast::<f32>()),
        );
        h.end_for();
        h.store(sums.at(i), v.x().get() + v.y().get());
    })
}

/// A copy to damage.
fn tree(kernel: &Kernel) -> Tree {
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    tree.to_tree()
}

/// A small generator of repeatable numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

fn function<'t>(tree: &'t mut Tree, random: &mut Random) -> &'t mut Function {
    let helpers = tree.functions.len();
    match random.below(helpers + 1) {
        i if i < helpers => &mut tree.functions[i],
        _ => &mut tree.entry,
    }
}

/// Breaks one thing.
fn damage(tree: &mut Tree, random: &mut Random) {
    let what = random.below(8);
    let f = function(tree, random);
    let count = f.exprs.len();
    if count == 0 {
        return;
    }
    let (a, b) = (random.below(count), random.below(count));
    let id = ExprId(random.below(count + 1) as u32);
    match what {
        0 => f.exprs[a].kind = f.exprs[b].kind.clone(),
        1 => f.exprs[a].ty = f.exprs[b].ty,
        2 => {
            f.exprs[a].ty = Type {
                size: [0, 1, 3, 200][random.below(4)],
                ..f.exprs[b].ty
            }
        }
        3 => f.exprs[a].kind = ExprKind::Splat(id),
        4 => f.exprs.truncate(a),
        5 => f.locals.clear(),
        6 => {
            let i = random.below(f.body.len());
            let target = f.body.get_mut(i);
            if let Some(stmt) = target {
                damage_statement(stmt, id, random);
            }
        }
        _ => tree.functions.clear(),
    }
}

fn damage_statement(stmt: &mut Stmt, id: ExprId, random: &mut Random) {
    match &mut stmt.kind {
        StmtKind::Emit(expr) => *expr = id,
        StmtKind::Load { place, .. } | StmtKind::Store { place, .. } if random.below(2) == 0 => {
            place.path.pop();
        }
        StmtKind::Load { result, .. } => *result = id,
        StmtKind::Store { value, .. } => *value = id,
        StmtKind::If { condition, .. } => *condition = id,
        StmtKind::For { trips, .. } => *trips = id,
        kind => *kind = [StmtKind::Break, StmtKind::Return(Some(id))][random.below(2)].clone(),
    }
}

/// What the verifier lets through, the executor runs without a panic.
#[test]
fn damaged_trees_are_refused_or_run() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut ran, mut refused) = (0, 0);
    for kernel in [reduction(true), assorted()] {
        for _ in 0..8000 {
            let mut tree = tree(&kernel);
            for _ in 0..1 + random.below(3) {
                damage(&mut tree, &mut random);
            }
            let Ok(verified) = verify(tree) else {
                refused += 1;
                continue;
            };
            let x = Memory::F32(vec![1.0; 64]);
            let mut sums = Memory::F32(vec![0.0; 64]);
            let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
            let options = Options {
                step_budget: 20,
                ..Options::default()
            };
            // An error is as good as a result: what runs may read out of bounds, or meet nobody at a barrier.
            let _ = run_with(&F32, &verified, [1, 1, 1], &mut bindings, &options);
            ran += 1;
            assert_eq!((x.len(), sums.len()), (64, 64), "buffers are given back");
        }
    }
    assert!(ran > 500 && refused > 500, "{ran} ran, {refused} refused");
}

#[test]
fn sizes_beyond_the_executor_are_errors() {
    for (dims, workgroup_size) in [
        (vec![u32::MAX], [1, 1, 1]),
        (vec![1 << 29], [1, 1, 1]),
        (vec![64], [1 << 17, 1, 1]),
    ] {
        let mut tree = tree(&reduction(true));
        tree.workgroup_size = workgroup_size;
        tree.workgroup[0].dims = dims;
        let Ok(verified) = verify(tree) else {
            panic!("no rule of trees speaks of the executor's limits");
        };
        let x = Memory::F32(vec![1.0; 64]);
        let mut sums = Memory::F32(vec![0.0; 64]);
        let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
        let Err(error) = run(&F32, &verified, [1, 1, 1], &mut bindings) else {
            panic!("no error was reported");
        };
        assert!(matches!(error.fault, Fault::Limit { .. }), "{error}");
    }
}

/// Blocks inside blocks, with a call innermost, and so on for as many functions.
fn nest(h: &Recorder, x: Exp<'_, u32>, functions: usize) {
    const DEPTH: usize = 50;
    for _ in 0..DEPTH {
        h.if_(x.lt(h.int(100u32)));
    }
    if functions > 1 {
        let name = format!("inner_{functions}");
        let mut call = h.call(&name, "", &name);
        let x = call.value("x", x);
        if call.enter() {
            nest(h, x, functions - 1);
        }
        call.finish_unit();
    }
    for _ in 0..DEPTH {
        h.end_if();
    }
}

#[test]
fn deep_nesting_is_an_error_before_the_stack_ends() {
    for (functions, fits) in [(4, true), (6, false)] {
        let kernel = record([4, 1, 1], |h| nest(h, h.global_index(), functions));
        let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
        let ran = run(&F32, tree, [1, 1, 1], &mut []);
        assert_eq!(ran.is_ok(), fits, "{functions}: {ran:?}");
    }
}
