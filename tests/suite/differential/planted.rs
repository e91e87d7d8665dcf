//! Planted faults: a tester that finds nothing is worth nothing.

use super::count;
use hesper_shader::Memory;
use hesper_shader::tree::{
    AtomicOp, AtomicUpdate, Barrier, BinaryOp, Block, ExprKind, Root, StmtKind, SubgroupOp, Tree,
};
use tests::differential::{
    Case, Choices, Judges, SUBGROUP_SIZE, Search, Stage, check, generate, on_reference,
};

/// The tree with every operator `from` turned into another.
fn mistaken(tree: &Tree, from: BinaryOp, to: BinaryOp) -> Tree {
    let mut tree = tree.clone();
    for function in tree.functions.iter_mut().chain([&mut tree.entry]) {
        for expr in &mut function.exprs {
            if let ExprKind::Binary(op, ..) = &mut expr.kind
                && *op == from
            {
                *op = to;
            }
        }
    }
    tree
}

/// The tree with something done to every statement.
fn with_each(tree: &Tree, change: fn(&mut StmtKind)) -> Tree {
    let mut tree = tree.clone();
    for function in tree.functions.iter_mut().chain([&mut tree.entry]) {
        each_block(&mut function.body, &mut |block| {
            block.iter_mut().for_each(|stmt| change(&mut stmt.kind));
        });
    }
    tree
}

/// Does something to a block and all blocks inside it.
fn each_block(block: &mut Block, change: &mut impl FnMut(&mut Block)) {
    change(block);
    for stmt in block {
        match &mut stmt.kind {
            StmtKind::If { accept, reject, .. } => {
                each_block(accept, change);
                each_block(reject, change);
            }
            StmtKind::For { body, .. } | StmtKind::Loop { body } => each_block(body, change),
            _ => {}
        }
    }
}

/// What an executor takes a tree for.
type Mistake = fn(&Tree) -> Tree;

/// With what stands in the text of a kernel that shows the mistake.
const MISTAKES: [(&str, Mistake); 6] = [
    (" ^ ", |tree| mistaken(tree, BinaryOp::Xor, BinaryOp::Or)),
    (" < ", |tree| {
        mistaken(tree, BinaryOp::Less, BinaryOp::LessEqual)
    }),
    (" >> ", |tree| {
        mistaken(tree, BinaryOp::ShiftRight, BinaryOp::ShiftLeft)
    }),
    (" - ", |tree| {
        mistaken(tree, BinaryOp::Subtract, BinaryOp::Add)
    }),
    ("fetch_max(", |tree| {
        with_each(tree, |kind| {
            if let StmtKind::Atomic { op, .. } = kind
                && let AtomicOp::Update(AtomicUpdate::Max, value) = *op
            {
                *op = AtomicOp::Update(AtomicUpdate::Min, value);
            }
        })
    }),
    ("subgroup_", |tree| {
        with_each(tree, |kind| {
            if let StmtKind::Subgroup { op, .. } = kind
                && matches!(op, SubgroupOp::Reduce(_))
            {
                *op = SubgroupOp::BroadcastFirst;
            }
        })
    }),
];

/// An executor that takes one operation for another is found out, and what is shown of it is small: the operation, and little around.
#[test]
fn a_planted_fault_is_found_and_made_small() {
    for (text, mistake) in MISTAKES {
        let faulty = |case: &Case| -> Result<Vec<Memory<f32>>, String> {
            let tree = mistake(&case.tree);
            let inputs = case.inputs.clone();
            let case = Case {
                tree,
                inputs,
                ..*case
            };
            on_reference(&case, SUBGROUP_SIZE)
        };
        let judges = Judges {
            tint: false,
            executor: Some(&faulty),
            subgroup_size: Some(SUBGROUP_SIZE),
        };
        let search = Search {
            seed: 1,
            cases: 300,
            attempts: 2000,
        };
        let Err(finding) = search.run(&judges, |_| {}) else {
            panic!("`{text}` taken for something else is not found");
        };
        let tree = &finding.case.tree;
        let statements: usize = tree.all_functions().map(|f| count(&f.body)).sum();
        assert!(
            matches!(finding.failure.stage, Stage::Results | Stage::Run),
            "{finding}"
        );
        assert!(statements <= 60, "{statements} statements: {finding}");
        assert!(tree.to_string().contains(text), "no `{text}`: {finding}");
    }
}

/// A fault of the kernel itself.
type Fault = fn(&mut Case);

/// With what the sanitizer says of it.
const FAULTS: [(&str, Fault); 4] = [
    ("data race", |case| {
        each_block(&mut case.tree.entry.body, &mut |block| {
            block.retain(|stmt| !matches!(stmt.kind, StmtKind::Barrier(Barrier::Workgroup)));
        });
    }),
    ("which nothing has written", |case| {
        each_block(&mut case.tree.entry.body, &mut |block| {
            block.retain(|stmt| match &stmt.kind {
                StmtKind::Store { place, .. } => !matches!(place.root, Root::Workgroup(_)),
                _ => true,
            });
        });
    }),
    ("an operation that wrapped", |case| {
        case.tree = mistaken(&case.tree, BinaryOp::WrappingAdd, BinaryOp::Add);
    }),
    ("if that is meant, test for zero", |case| {
        case.divides_by_zero = false
    }),
];

/// A kernel that is wrong is found out by the reference executor alone, whatever it yields.
#[test]
fn a_wrong_kernel_is_found_by_the_sanitizer() {
    let judges = Judges {
        tint: false,
        executor: None,
        subgroup_size: None,
    };
    for (report, plant) in FAULTS {
        let found = (1..300).any(|seed| {
            let mut case = generate(&mut Choices::random(seed));
            plant(&mut case);
            let failure = check(&case, &judges).err();
            failure.is_some_and(|f| f.stage == Stage::Sanitizer && f.message.contains(report))
        });
        assert!(found, "`{report}` is not found");
    }
}
