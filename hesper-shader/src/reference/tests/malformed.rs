//! Trees that break their rules are errors, whatever is wrong with them; never panics.

use super::memory::reduction;
use super::record;
use crate::domain::F32;
use crate::reference::dispatch::deal::alone;
use crate::reference::{Binding, Fault, Options, Pool, run};
use crate::tree::{Access, ExprId, ExprKind, Function, ParamKind, Stmt, StmtKind, Tree, Type};
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
            call.finish::<f32>().clamp(h.float("0.0"), k.cast::<f32>()),
        );
        h.end_for();
        h.store(sums.at(i), v.x().get() + v.y().get());
    })
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

#[test]
fn damaged_trees_do_not_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut fine, mut refused) = (0, 0);
    for kernel in [reduction(true), assorted()] {
        for _ in 0..4000 {
            let mut tree = kernel
                .tree()
                .unwrap_or_else(|error| panic!("{error}"))
                .clone();
            for _ in 0..1 + random.below(3) {
                damage(&mut tree, &mut random);
            }
            let x = Memory::Real(vec![1.0; 64]);
            let mut sums = Memory::Real(vec![0.0; 64]);
            let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
            let options = Options {
                step_budget: 20,
                ..Options::default()
            };
            match alone(
                &F32,
                &tree,
                [1, 1, 1],
                &mut bindings,
                &options,
                &Pool::default(),
            ) {
                Ok(_) => fine += 1,
                Err(_) => refused += 1,
            }
            assert_eq!((x.len(), sums.len()), (64, 64), "buffers are given back");
        }
    }
    assert!(
        fine > 0 && refused > fine / 4,
        "{fine} fine, {refused} refused"
    );
}

#[test]
fn sizes_beyond_the_executor_are_errors() {
    for (dims, workgroup_size) in [
        (vec![u32::MAX, u32::MAX, u32::MAX], [1, 1, 1]),
        (vec![1 << 29], [1, 1, 1]),
        (vec![1], [u32::MAX, u32::MAX, u32::MAX]),
        (vec![1], [0, 1, 1]),
        (vec![1], [1 << 17, 1, 1]),
    ] {
        let mut tree = reduction(true)
            .tree()
            .unwrap_or_else(|error| panic!("{error}"))
            .clone();
        tree.workgroup_size = workgroup_size;
        tree.workgroup[0].dims = dims;
        let x = Memory::Real(vec![1.0; 64]);
        let mut sums = Memory::Real(vec![0.0; 64]);
        let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
        let ran = alone(
            &F32,
            &tree,
            [1, 1, 1],
            &mut bindings,
            &Options::default(),
            &Pool::default(),
        );
        assert!(ran.is_err());
    }
}

#[test]
fn a_write_to_a_read_only_buffer_is_an_error() {
    let kernel = record([1, 1, 1], |h| {
        let x = h.storage_mut::<u32>("x");
        h.store(x.at(h.int(0u32)), h.int(1u32));
    });
    let mut tree = kernel
        .tree()
        .unwrap_or_else(|error| panic!("{error}"))
        .clone();
    tree.params[0].kind = ParamKind::Storage {
        element: Type::U32,
        access: Access::Read,
    };
    let x = Memory::U32(vec![0]);
    let expected = [
        Fault::ReadOnly {
            name: "x".to_string(),
        }
        .to_string(),
        "read-only".to_string(),
    ];
    let runs = [
        alone(
            &F32,
            &tree,
            [1, 1, 1],
            &mut [Binding::Read(&x)],
            &Options::default(),
            &Pool::default(),
        )
        .map(|_| ()),
        run(&F32, &tree, [1, 1, 1], &mut [Binding::Read(&x)]),
    ];
    for (ran, expected) in runs.into_iter().zip(expected) {
        let Err(error) = ran else {
            panic!("no error was reported");
        };
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn deep_nesting_is_an_error_before_the_stack_ends() {
    let kernel = record([4, 1, 1], |h| {
        let x = h.storage_mut::<u32>("x");
        let i = h.global_index();
        h.if_(i.lt(x.len()));
        h.store(x.at(i), i);
        h.end_if();
    });
    let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
    for (depth, fits) in [(250, true), (300, false)] {
        let mut tree = tree.clone();
        for _ in 0..depth {
            let inner = tree.entry.body.split_off(tree.entry.body.len() - 1);
            let StmtKind::If { condition, .. } = inner[0].kind else {
                panic!("the kernel ends with its branch");
            };
            let loc = inner[0].loc;
            let kind = StmtKind::If {
                condition,
                accept: inner,
                reject: Vec::new(),
            };
            tree.entry.body.push(Stmt { kind, loc });
        }
        let mut x = Memory::U32(vec![0; 4]);
        let mut bindings = [Binding::Write(&mut x)];
        let ran = alone(
            &F32,
            &tree,
            [1, 1, 1],
            &mut bindings,
            &Options::default(),
            &Pool::default(),
        );
        assert_eq!(ran.is_ok(), fits, "{depth}: {ran:?}");
    }
}
