//! Everything in a kernel's tree is located on the line of Rust that says it.

use hesper_shader::shader;
use hesper_shader::tree::{ExprKind, Function};

const FIRST_LINE: u32 = line!() + 3;

shader! {
    fn twice(x: f32) -> f32 { // first line
        x * 2.0
    }

    #[workgroup_size(64)]
    fn located(
        x: &[f32], // + 6
        y: &mut [f32],
    ) {
        let i = global_index(); // + 9
        let v = vec3( // + 10
            x[i],
            1.0,
            2.0,
        );
        let w =
            v.zy; // + 16
        if w.x < v.y
            && x[i] > 0.0
        { // + 19
            y[i] = twice(
                x[i], // + 21
            );
        }
        y[i + 1] =
            dot(v, v); // + 25
    }
}

/// The lines, counted from the first, of the expressions that `wanted` picks.
fn lines(function: &Function, wanted: impl Fn(&ExprKind) -> bool) -> Vec<u32> {
    let exprs = function.exprs.iter().filter(|e| wanted(&e.kind));
    exprs.map(|e| e.loc.0.line() - FIRST_LINE).collect()
}

#[test]
fn expressions_and_parameters_are_located() {
    let kernel = located();
    let tree = kernel.tree().unwrap();
    let params: Vec<_> = tree
        .params
        .iter()
        .map(|p| p.loc.0.line() - FIRST_LINE)
        .collect();
    assert_eq!(params, [6, 7]);
    assert_eq!(tree.loc.0.file(), file!());
    assert_eq!(tree.loc.0.line(), FIRST_LINE + 5);
    let entry = &tree.entry;
    assert_eq!(
        lines(entry, |e| matches!(e, ExprKind::BuiltinValue(_))),
        [9]
    );
    assert_eq!(
        lines(entry, |e| matches!(e, ExprKind::Compose(_))),
        [10, 16]
    );
    assert_eq!(lines(entry, |e| matches!(e, ExprKind::Math(..))), [25]);
}

#[test]
fn no_expression_is_located_at_the_macro_itself() {
    let kernel = located();
    let tree = kernel.tree().unwrap();
    for function in tree.all_functions() {
        for line in lines(function, |_| true) {
            assert!(line <= 25, "line {line}");
        }
    }
}
