//! What random kernels are made of.

use hesper_shader::domain::Of;
use hesper_shader::tree::{
    AtomicOp, Block, BuiltinValue, ExprKind, Function, Math, Signature, StmtKind, Tree, UnaryOp,
};
use std::collections::BTreeSet;
use tests::differential::{Choices, generate};

/// What a tree is made of, by name.
fn parts(tree: &Tree) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for function in tree.all_functions() {
        expressions(function, &mut parts);
        statements(&function.body, &mut parts);
        if function.locals.iter().any(|local| !local.dims.is_empty()) {
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
    // What takes vectors or exponents, and what few drivers do, is run by a test of its own, `functions`.
    let random = |math: &&Math| {
        use Signature::{Dot, Float, Numeric, Signed};
        let apart = matches!(math, Math::FrexpFraction | Math::QuantizeToF16);
        matches!(math.signature(), Float | Numeric | Signed | Dot) && !apart
    };
    wanted.extend(
        Math::ALL
            .iter()
            .filter(random)
            .map(|math| format!("{math:?} f32")),
    );
    for math in Math::ALL {
        let types: &[&str] = match math.signature() {
            Signature::Integer | Signature::Extract | Signature::Insert => &["i32", "u32"],
            Signature::Truth => &["bool"],
            Signature::Pack(Of::Signed | Of::Unsigned, _) => &["u32"],
            Signature::Unpack(Of::Signed, _) | Signature::Packed(Of::Signed) => &["i32"],
            Signature::Unpack(Of::Unsigned, _) | Signature::Packed(Of::Unsigned) => &["u32"],
            _ => &[],
        };
        wanted.extend(types.iter().map(|ty| format!("{math:?} {ty}")));
    }
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
