//! What is refused before and while lowering, and that what is not has a text.

use hesper_shader::lower::lower;
use hesper_shader::tree::verify::verify;
use hesper_shader::tree::*;

use crate::lower::build::{Body, Kernel, at, place};
use crate::lower::cases::CASES;

/// What a kernel of this tree answers to whoever asks for its text: the verifier's errors or the lowering's.
#[track_caller]
fn refused(tree: &Tree) -> String {
    let kernel = hesper_shader::Kernel::from_tree(tree.clone());
    kernel.wgsl().expect_err("an error").to_string()
}

/// Each error, its message, and the line it points at.
#[test]
fn errors_name_kernel_and_line() {
    let mut k = Kernel::new("huge");
    let y = k.write("y", Type::F32);
    let line = line!() + 3;
    let tree = k.body(|b| {
        let i = b.global_index();
        let value = b.f32("3.5e38");
        b.store(at(y, i), value);
    });
    expect(&tree, line, "the literal 3.5e38 is beyond the range of f32");

    let mut k = Kernel::new("hollow");
    let line = line!() + 1;
    k.workgroup("tile", Type::F32, &[4, 0]);
    let text = "the array `tile` has a dimension of zero";
    expect(&k.body(|_| {}), line, text);

    let mut k = Kernel::new("vast");
    let line = line!() + 1;
    k.workgroup("tile", Type::F32, &[65_536, 65_536]);
    let text = "variable `tile` of dimensions [65536, 65536] is empty or too";
    expect(&k.body(|_| {}), line, text);

    let k = Kernel::new("abyss");
    let line = line!() + 4;
    let tree = k.body(|b| {
        fn nest(b: &mut Body, truth: ExprId, depth: u32) {
            if depth > 0 {
                b.if_(truth, |b| nest(b, truth, depth - 1));
            }
        }
        let truth = b.bool(true);
        nest(b, truth, 500);
    });
    expect(&tree, line, "blocks are nested more than 60 deep");

    let mut k = Kernel::new("thief");
    let x = k.read("x", Type::F32);
    let line = line!() + 5;
    let tree = k.body(|b| {
        let (i, one) = (b.u32(0), b.f32("1"));
        b.store(at(x, i), one);
        let value = b.load(at(x, i), Type::F32);
        b.binary(BinaryOp::Add, value, i);
    });
    expect(&tree, line, "cannot store into `x`, which is read-only");

    let k = Kernel::new("escape");
    let line = line!() + 5;
    let tree = k.body(|b| {
        let truth = b.bool(true);
        let mut inside = truth;
        b.if_(truth, |b| inside = b.unary(UnaryOp::Not, truth));
        b.if_(inside, |_| {});
    });
    expect(
        &tree,
        line,
        "a value is used outside the block that evaluates it",
    );
}

#[track_caller]
fn expect(tree: &Tree, line: u32, message: &str) {
    let text = refused(tree);
    let place = format!("{}:{line}:", tree.loc.0.file());
    let named = text.starts_with(&format!("kernel `{}`", tree.name));
    assert!(
        named && text.contains(message) && text.contains(&place),
        "{message} at {place} in {text}"
    );
}

/// Trees no verifier accepts: every case with two expressions exchanged, a statement gone, or a handle astray.
#[test]
fn broken_trees_are_errors_or_modules() {
    for (name, case) in CASES {
        // Its two thousand expressions add time and no variety.
        if *name == "deep_chain" {
            continue;
        }
        let tree = case();
        let n = tree.entry.exprs.len();
        for i in 0..n {
            let mut swapped = tree.clone();
            let other = (i * 7 + 3) % n;
            swapped.entry.exprs[i].kind = tree.entry.exprs[other].kind.clone();
            survive(&swapped);
            let mut retyped = tree.clone();
            retyped.entry.exprs[i].ty = Type::vector((i % 7) as u8, Scalar::Bool);
            survive(&retyped);
        }
        for i in 0..tree.entry.body.len() {
            let mut shorter = tree.clone();
            shorter.entry.body.remove(i);
            survive(&shorter);
        }
        for i in 0..tree.params.len() {
            let mut fewer = tree.clone();
            fewer.params.remove(i);
            survive(&fewer);
        }
        for i in 0..tree.functions.len() {
            let mut fewer = tree.clone();
            fewer.functions.remove(i);
            survive(&fewer);
        }
    }
}

#[test]
fn handles_astray_are_errors() {
    const FAR: u32 = 1000;
    let astray: [fn(&mut Body); 7] = [
        |b| b.stmt(StmtKind::Emit(ExprId(FAR))),
        |b| {
            let value = ExprId(FAR);
            b.store(place(Root::Storage(ParamId(FAR)), &[]), value);
        },
        |b| {
            let one = b.u32(1);
            b.store(place(Root::Workgroup(WorkgroupId(FAR)), &[]), one);
        },
        |b| {
            let one = b.u32(1);
            b.store(place(Root::Local(LocalId(FAR)), &[]), one);
        },
        |b| {
            let length = b.length(ParamId(FAR));
            b.unary(UnaryOp::Not, length);
        },
        |b| {
            b.call(FunctionId(FAR), &[], None);
        },
        |b| {
            let argument = b.expr(ExprKind::Argument(FAR), Type::U32);
            b.unary(UnaryOp::Not, argument);
        },
    ];
    for f in astray {
        let tree = Kernel::new("astray").body(f);
        assert!(verify(tree).is_err());
    }
}

/// Lowers and writes what the verifier accepts: that there is a text then is what it promises.
fn survive(tree: &Tree) {
    let Ok(verified) = verify(tree.clone()) else {
        return;
    };
    let texts = lower(&verified).and_then(|lowered| {
        let (words, wgsl) = (lowered.spirv(), lowered.wgsl());
        let others = [lowered.msl(), lowered.hlsl(), lowered.glsl()];
        words
            .and(wgsl)
            .and(others.into_iter().collect::<Result<Vec<_>, _>>())
    });
    if let Err(error) = texts {
        panic!("{tree}\n{error}");
    }
}
