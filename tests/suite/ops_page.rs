//! `docs/ops.md` is gathered from the ops' own documentation and signatures; `HESPER_UPDATE=1 cargo test -p tests ops_page` writes it
//! anew.

use hesper_ad::prelude::*;
use hesper_ad::{Port, PortRole, Spec, ops};
use std::path::PathBuf;
use std::{env, fs};

const HEAD: &str = "\
# The ops

What each op of the catalogue computes, from its own documentation in `hesper-ad/src/ops`. Where an op says \"as `torch…`\", its values and
gradients were compared with those of PyTorch 2.15.0, at finite numbers, by the [golden values](../tests/golden/README.md); where the two
differ, at a NaN say, the op says so. The cotangent of `x` is `dx`. Dimensions are symbolic; `2*half` is twice `half`. Constants have no cotangent; what is saved, the forward kernels keep for
the backward ones. The formulas below each table are printed from the spec that the checks run: the last element of each result where every
dimension is 2, terms that are read more than once named. This file is written by the tests.

Kernels are compared with 512-bit floats at magnitudes from 10⁻⁴² to 10³³, mixed: they err by at most 8 roundings of binary32 for each operation
of the spec, where numbers below 2⁻¹²⁶ may become 0, and overflow only where a result does, or a sum that it is made of comes within a
factor of 64 of it. In `Attention`, `FusedAttention` and `GroupedAttention` the backward pass needs `dy·v` in range, and AdamW's its second moment at least 1/16.
In `SelectiveScan` it needs `dy·w` in range, and no `a` beyond the numbers near 1 that checks draw.
Beyond 10³³ products with constants, and sums of many terms, need room.
";

/// Files of the ops that are composed: their types are graphs of other ops'.
const COMPOSED: [(&str, &str); 7] = [
    ("Adam", "adam"),
    ("Attention", "attention"),
    ("Linear", "linear"),
    ("LoRALinear", "lora_linear"),
    ("Muon", "muon"),
    (
        "MultiHeadAttention(heads 2, causal)",
        "multi_head_attention",
    ),
    ("ScaledDot∘RoPE", "rotated_dot"),
];

#[test]
fn the_page_of_ops_is_as_their_documentation() {
    let mut page = Page {
        text: HEAD.to_string(),
        file: String::new(),
    };
    for op in ops::catalogue().unwrap() {
        page.op(&*op);
        // The catalogue has their parts alone, whose formulas are enough.
        if op.name() == "Mul" {
            page.describe(&ops::multi_head_attention(2, true).unwrap());
            page.describe(&ops::muon().unwrap());
        }
    }
    let file = folder().join("docs/ops.md");
    if env::var_os("HESPER_UPDATE").is_some() {
        fs::write(&file, &page.text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        page.text == kept,
        "docs/ops.md differs from the ops' documentation; HESPER_UPDATE=1 writes it anew"
    );
}

/// The page in the making.
struct Page {
    text: String,
    /// Where the last op's documentation stands: ops that share a type share it.
    file: String,
}

impl Page {
    fn op(&mut self, op: &dyn Op) {
        if self.describe(op) {
            self.text += &formulas(op);
        }
    }

    /// Its documentation and ports, where it has any of its own.
    fn describe(&mut self, op: &dyn Op) -> bool {
        let signature = op.signature();
        let composed = COMPOSED.iter().find(|(name, _)| *name == signature.name());
        let of_type = op.type_name().strip_prefix("hesper_ad::ops::");
        let file = match (composed, of_type) {
            (Some((_, file)), _) => file.to_string(),
            (None, Some(path)) => path.split("::").next().unwrap_or_default().to_string(),
            // A composition of two has no documentation of its own.
            (None, None) => return false,
        };
        self.text += &format!("\n## {}\n", signature.name());
        if file != self.file {
            self.text += &format!("\n{}\n", documentation(&file));
        }
        self.text += &format!("\n{}", ports(&signature));
        self.file = file;
        true
    }
}

/// What both passes compute at a small shape.
fn formulas(op: &dyn Op) -> String {
    let spec = Spec::new(op).unwrap();
    let derived = match spec.is_derived(&spec.least_shape()) {
        true => ", derived from `forward`",
        false => "",
    };
    let [forward, backward] = spec.formulas().unwrap();
    format!(
        "\n```text\n{}\n```\n\nbackward{derived}:\n\n```text\n{}\n```\n",
        forward.join("\n"),
        backward.join("\n")
    )
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The doc comment of the type that a file is about, without links into the code.
fn documentation(file: &str) -> String {
    let path = folder().join(format!("hesper-ad/src/ops/{file}.rs"));
    let source = fs::read_to_string(&path).unwrap();
    let mut docs: Vec<&str> = Vec::new();
    for line in source.lines() {
        match line.strip_prefix("///") {
            Some(text) => docs.push(text.strip_prefix(' ').unwrap_or(text)),
            None if line.starts_with("pub struct") || line.starts_with("pub type") => break,
            None if line.starts_with("#[") => {}
            None => docs.clear(),
        }
    }
    assert!(
        !docs.is_empty(),
        "{file}.rs does not say what its op computes"
    );
    without_links(&docs.join("\n"))
}

/// Text with `[words](target)` and [words] in code marks replaced by the words.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((words, after)) = link.split_once("`]") else {
            break;
        };
        plain += &format!("{before}`{words}`");
        let target = after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
    }
    plain + rest
}

/// A table of the ports.
fn ports(signature: &Signature) -> String {
    let kept = |port: &Port| match signature.is_f16(&port.name) {
        true => " in `f16`",
        false => "",
    };
    let role = |port: &Port| match &port.role {
        PortRole::Input => "input".to_string(),
        PortRole::Constant => "constant".to_string(),
        PortRole::Integer { below } => format!("integers below `{below}`"),
        PortRole::Output => "output".to_string(),
        PortRole::Saved => "saved".to_string(),
    };
    let shape = |port: &Port| match &port.dims[..] {
        [] => "one number".to_string(),
        dims => format!("`{}`", dims.join(" × ")),
    };
    let lines = signature.ports().iter();
    let lines = lines.map(|port| {
        format!(
            "| `{}` | {}{} | {} |\n",
            port.name,
            role(port),
            kept(port),
            shape(port)
        )
    });
    format!(
        "| port | is | shape |\n|---|---|---|\n{}",
        lines.collect::<String>()
    )
}

#[test]
fn links_become_their_words() {
    let text = "As [`Attention`], or [`PLAIN`](BatchMatMul::PLAIN): `x[rows, cols]`.";
    let plain = "As `Attention`, or `PLAIN`: `x[rows, cols]`.";
    assert_eq!(without_links(text), plain);
}

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let read = |file: &str| fs::read_to_string(folder().join(file)).unwrap();
    let example = read("examples/your_own_op.rs");
    let program = &example[example.find("use hesper_ad").unwrap()..];
    let shown = format!("```rust\n{program}```");
    assert!(
        read("README.md").contains(&shown),
        "README.md shows another your_own_op.rs"
    );
}
