//! The kernels of the catalogue and of the known programs, with invocations sent another way wherever all must be together: we refuse what Tint refuses, and accept what
//! Tint accepts.

use super::verified;
use examples::kernels::PROGRAMS;
use hesper_ad::ops;
use hesper_shader::lower::lower;
use hesper_shader::tree::verify::verify;
use hesper_shader::tree::{
    BinaryOp, Block, BuiltinValue, Expr, ExprId, ExprKind, Literal, Loc, Stmt, StmtKind, Tree,
    Type, uniformity,
};
use tests::tools::{self, Verdict};

/// Of so many variants one is judged: Tint takes its time for each.
const EACH: usize = 2;

/// Who goes another way.
const WHO: [(&str, BuiltinValue); 3] = [
    ("an invocation", BuiltinValue::LocalInvocationIndex),
    ("a subgroup", BuiltinValue::SubgroupId),
    ("a workgroup", BuiltinValue::WorkgroupIndex),
];

/// What is done to the statement at a place of a block, under a condition.
type Way = fn(&mut Block, usize, ExprId, Loc);

const WAYS: [(&str, Way); 3] = [
    ("returns before", |block, at, condition, loc| {
        block.insert(at, only_if(condition, StmtKind::Return(None), loc));
    }),
    ("breaks before", |block, at, condition, loc| {
        block.insert(at, only_if(condition, StmtKind::Break, loc));
    }),
    ("alone does", |block, at, condition, loc| {
        let kind = std::mem::replace(&mut block[at].kind, StmtKind::Break);
        block[at] = only_if(condition, kind, loc);
    }),
];

fn only_if(condition: ExprId, kind: StmtKind, loc: Loc) -> Stmt {
    let accept = vec![Stmt { kind, loc }];
    let reject = Vec::new();
    let kind = StmtKind::If {
        condition,
        accept,
        reject,
    };
    Stmt { kind, loc }
}

/// Whether all must be together for it.
fn meets(stmt: &Stmt) -> bool {
    matches!(
        stmt.kind,
        StmtKind::Barrier(_) | StmtKind::UniformLoad { .. } | StmtKind::Subgroup { .. }
    )
}

fn blocks(stmt: &mut Stmt) -> Vec<&mut Block> {
    match &mut stmt.kind {
        StmtKind::If { accept, reject, .. } => vec![accept, reject],
        StmtKind::For { body, .. } | StmtKind::Loop { body } => vec![body],
        _ => Vec::new(),
    }
}

/// The place of this number: where a block begins, and where all must be together.
fn place<'b>(block: &'b mut Block, left: &mut usize) -> Option<(&'b mut Block, usize)> {
    for at in 0..block.len() {
        if at == 0 || meets(&block[at]) {
            if *left == 0 {
                return Some((block, at));
            }
            *left -= 1;
        }
    }
    block
        .iter_mut()
        .flat_map(blocks)
        .find_map(|inner| place(inner, left))
}

/// The tree with one of its invocations, subgroups or workgroups sent another way; `None` where it has no such place.
fn parted(tree: &Tree, number: usize, who: BuiltinValue, way: Way) -> Option<Tree> {
    let (mut tree, loc) = (tree.clone(), tree.loc);
    let exprs = &mut tree.entry.exprs;
    let mut expr = |kind, ty| {
        exprs.push(Expr {
            kind,
            ty,
            loc,
            name: None,
        });
        ExprId(exprs.len() as u32 - 1)
    };
    let mine = expr(ExprKind::BuiltinValue(who), Type::U32);
    let third = expr(ExprKind::Literal(Literal::U32(3)), Type::U32);
    let condition = expr(ExprKind::Binary(BinaryOp::Equal, mine, third), Type::BOOL);
    let mut left = number;
    let (block, at) = place(&mut tree.entry.body, &mut left)?;
    way(block, at, condition, loc);
    let kind = StmtKind::Emit(condition);
    tree.entry.body.insert(0, Stmt { kind, loc });
    Some(tree)
}

/// All variants that keep the rules of a tree, with what was done.
fn variants(tree: &Tree) -> Vec<(String, Tree)> {
    let mut all = Vec::new();
    for (whom, who) in WHO {
        for (what, way) in WAYS {
            let places = (0..).map_while(|number| Some((number, parted(tree, number, who, way)?)));
            let kept = places.filter(|(_, variant)| verify(variant.clone()).is_ok());
            all.extend(kept.map(|(number, variant)| {
                (
                    format!("{}: {whom} {what} place {number}", tree.name),
                    variant,
                )
            }));
        }
    }
    all
}

#[test]
fn we_and_tint_refuse_the_same_variants_of_every_kernel() {
    let mut kernels = ops::kernels();
    kernels.extend(PROGRAMS.iter().flat_map(|program| (program.kernels)()));
    let trees = kernels.iter().map(|kernel| kernel.tree().unwrap());
    let meeting =
        trees.filter(|tree| tree.to_string().contains("barrier") || tree.uses_subgroups());
    let variants: Vec<_> = meeting.flat_map(|tree| variants(tree)).collect();
    let (mut accepted, mut refused) = (0, 0);
    for (what, tree) in variants.into_iter().step_by(EACH) {
        let ours = uniformity::check(&tree);
        let written = lower(&verified(tree)).unwrap().wgsl().unwrap();
        match (tools::tint(&written), &ours) {
            (Verdict::Accepted, Ok(())) => accepted += 1,
            (Verdict::Refused(_), Err(_)) => refused += 1,
            (Verdict::Absent(reason), _) => return tests::tell(&format!("SKIPPED: {reason}")),
            (theirs, ours) => panic!("{what}: {theirs:?}, and we say {ours:?}\n{written}"),
        }
    }
    tests::tell(&format!(
        "we and Tint accept {accepted} variants, and refuse {refused}"
    ));
    assert!(accepted > 50 && refused > 50, "{accepted} and {refused}");
}
