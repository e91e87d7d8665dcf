//! Random kernels: whoever understands the tree gives it the same meaning.

use hesper_shader::Memory;
use hesper_shader::tree::{
    AtomicOp, BinaryOp, Block, BuiltinValue, ExprKind, Function, Math, StmtKind, Tree, UnaryOp,
};
use std::collections::BTreeSet;
use std::fs;
use tests::differential::{
    Case, Choices, Executor, Judges, SUBGROUP_SIZE, Search, Stage, check, generate, known,
    on_device, on_reference, subgroup_size,
};
use tests::tools::{self, Verdict};

/// Cases that every run of the tests checks.
const CASES: u64 = 200;

fn tint() -> bool {
    match tools::tint("@compute @workgroup_size(1) fn f() {}") {
        Verdict::Absent(reason) => {
            tests::tell(&format!("SKIPPED: {reason}"));
            false
        }
        _ => true,
    }
}

#[test]
fn random_kernels_mean_the_same_to_all() {
    let device = tests::gpu("random kernels");
    let on_it = device.map(|device| move |case: &Case| on_device(device, case));
    let judges = Judges {
        tint: tint(),
        executor: on_it.as_ref().map(|executor| executor as &Executor<'_>),
        subgroup_size: device.and_then(subgroup_size),
    };
    let search = Search {
        seed: 1,
        cases: CASES,
        attempts: 500,
    };
    let summary = search
        .run(&judges, |_| {})
        .unwrap_or_else(|finding| panic!("{finding}"));
    assert_eq!(summary.cases, CASES);
    let tally = summary.tally;
    assert!(tally.exact > 20 * CASES as usize, "{summary}");
    assert!(tally.bounded > CASES as usize, "{summary}");
    assert!(tally.unbounded * 10 < tally.compared(), "{summary}");
}

// A tester that finds nothing is worth nothing.

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

/// An executor that takes one operator for another is found out, and what is shown of it is small: the operator, and little around.
#[test]
fn a_planted_fault_is_found_and_made_small() {
    for (from, to) in [
        (BinaryOp::Xor, BinaryOp::Or),
        (BinaryOp::Less, BinaryOp::LessEqual),
        (BinaryOp::ShiftRight, BinaryOp::ShiftLeft),
        (BinaryOp::Subtract, BinaryOp::Add),
    ] {
        let faulty = |case: &Case| -> Result<Vec<Memory<f32>>, String> {
            let tree = mistaken(&case.tree, from, to);
            let mistaken = Case {
                tree,
                ..case.clone()
            };
            on_reference(&mistaken, SUBGROUP_SIZE)
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
            panic!("{from:?} taken for {to:?} is not found");
        };
        let tree = &finding.case.tree;
        let statements: usize = tree.all_functions().map(|f| count(&f.body)).sum();
        assert!(
            matches!(finding.failure.stage, Stage::Results | Stage::Run),
            "{finding}"
        );
        assert!(statements <= 60, "{statements} statements: {finding}");
        assert!(
            tree.to_string().contains(from.symbol()),
            "{from:?}: {finding}"
        );
    }
}

fn count(block: &Block) -> usize {
    let inner = |stmt: &hesper_shader::tree::Stmt| stmt.kind.blocks().map(count).sum::<usize>();
    block.iter().map(|stmt| 1 + inner(stmt)).sum()
}

/// What a tree is made of, by name.
fn parts(tree: &Tree) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for function in tree.all_functions() {
        expressions(function, &mut parts);
        statements(&function.body, &mut parts);
        if function.locals.iter().any(|local| local.length.is_some()) {
            parts.insert("a local array".to_string());
        }
    }
    parts
}

fn expressions(function: &Function, parts: &mut BTreeSet<String>) {
    for expr in &function.exprs {
        let part = match &expr.kind {
            ExprKind::Unary(op, _) => format!("{op:?} {}", expr.ty.scalar),
            ExprKind::Binary(op, a, _) => format!("{op:?} {}", function[*a].ty.scalar),
            ExprKind::Math(math, _) => format!("{math:?} {}", expr.ty.scalar),
            ExprKind::Convert(a) => format!("{} as {}", function[*a].ty.scalar, expr.ty.scalar),
            ExprKind::BuiltinValue(value) => format!("{value:?}"),
            other => name(other),
        };
        parts.insert(part);
    }
}

fn statements(block: &Block, parts: &mut BTreeSet<String>) {
    for stmt in block {
        parts.insert(match &stmt.kind {
            StmtKind::Atomic { op, .. } => match op {
                AtomicOp::Update(update, _) => format!("Atomic {update:?}"),
                op => format!("Atomic {}", name(op)),
            },
            StmtKind::Subgroup { op, .. } => format!("Subgroup {}", name(op)),
            kind => name(kind),
        });
        stmt.kind
            .blocks()
            .for_each(|block| statements(block, parts));
    }
}

/// The variant of what is printed.
fn name(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text.find(|c: char| !c.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_string()
}

const EXCHANGES: [&str; 16] = [
    "Reduce",
    "InclusiveScan",
    "ExclusiveScan",
    "All",
    "Any",
    "Ballot",
    "BroadcastFirst",
    "Broadcast",
    "Shuffle",
    "ShuffleUp",
    "ShuffleDown",
    "ShuffleXor",
    "QuadBroadcast",
    "QuadSwapX",
    "QuadSwapY",
    "QuadSwapDiagonal",
];

const UPDATES: [&str; 11] = [
    "CompareExchangeWeak",
    "Exchange",
    "Load",
    "Store",
    "Add",
    "Subtract",
    "Max",
    "Min",
    "And",
    "Or",
    "Xor",
];

/// Nothing of the language is left out by accident.
#[test]
fn kernels_are_made_of_everything() {
    let parts: BTreeSet<String> = (0..600)
        .flat_map(|seed| parts(&generate(&mut Choices::random(seed)).tree))
        .collect();
    let mut wanted: Vec<String> = Vec::new();
    for op in ["Add", "Subtract", "Multiply"] {
        wanted.extend(["i32", "u32"].map(|ty| format!("Wrapping{op} {ty}")));
    }
    for op in ["Add", "Subtract", "Multiply", "Divide", "Remainder"] {
        wanted.extend(["f32", "i32", "u32"].map(|ty| format!("{op} {ty}")));
    }
    for op in ["Less", "LessEqual", "Greater", "GreaterEqual"] {
        wanted.extend(["f32", "i32", "u32"].map(|ty| format!("{op} {ty}")));
    }
    for op in ["And", "Or", "Xor"] {
        wanted.extend(["bool", "i32", "u32"].map(|ty| format!("{op} {ty}")));
    }
    for op in ["ShiftLeft", "ShiftRight", "Max", "Min", "Clamp"] {
        wanted.extend(["i32", "u32"].map(|ty| format!("{op} {ty}")));
    }
    for from in ["f32", "i32", "u32", "bool"] {
        wanted.extend(["i32", "u32"].map(|to| format!("{from} as {to}")));
    }
    wanted.extend(["u32 as f32", "i32 as f32", "bool as f32"].map(String::from));
    wanted.extend(["f32 as bool", "i32 as bool"].map(String::from));
    wanted.extend(["Abs i32", "Sign i32"].map(String::from));
    wanted.extend([UnaryOp::Negate, UnaryOp::Not].map(|op| format!("{op:?} i32")));
    wanted.extend(Math::ALL.iter().map(|math| format!("{math:?} f32")));
    wanted.extend(BuiltinValue::ALL.iter().map(|b| format!("{b:?}")));
    wanted.extend(EXCHANGES.map(|op| format!("Subgroup {op}")));
    wanted.extend(UPDATES.map(|op| format!("Atomic {op}")));
    wanted.extend(
        [
            "Literal",
            "NegInfinity",
            "Uniform",
            "Length",
            "Argument",
            "Select",
            "Compose",
            "Splat",
            "Component",
            "Emit",
            "Load",
            "Store",
            "If",
            "For",
            "Loop",
            "Break",
            "Continue",
            "Return",
            "Barrier",
            "Call",
            "UniformLoad",
            "Aside",
            "Log",
            "a local array",
        ]
        .map(String::from),
    );
    let missing: Vec<&String> = wanted
        .iter()
        .filter(|part| !parts.contains(*part))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The kernel of no choices is the smallest there is, and holds.
#[test]
fn the_simplest_case_holds() {
    let case = generate(&mut Choices::replay(&[]));
    let judges = Judges {
        tint: tint(),
        executor: None,
        subgroup_size: None,
    };
    let tally = check(&case, &judges).unwrap_or_else(|failure| panic!("{failure}\n{case}"));
    assert_eq!(tally.compared(), 1);
    assert!(count(&case.tree.entry.body) <= 3, "{case}");
}

/// What kernels leave out for the sake of drivers is written up.
#[test]
fn avoided_constructs_are_on_the_page() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/known-driver-issues.md"
    );
    let page = fs::read_to_string(path).unwrap();
    for avoided in known::AVOIDED {
        let heading = format!("## {}\n", avoided.issue);
        assert!(page.contains(&heading), "no {heading}");
    }
}
