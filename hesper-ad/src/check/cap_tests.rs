//! Kernels that are right up to some size: wherever the size stands, it is found and gone beyond.

use crate::prelude::*;
use crate::{Finding, Verdict};
use hesper_shader::shader;

const CAP: u32 = 512;

shader! {
    #[workgroup_size(16)]
    fn literal(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(512) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(64)]
    fn larger(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(5000) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn comptime(x: &[f32], y: &mut [f32], rows: u32, cols: u32, #[comptime] cap: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(cap) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn generic<const N: u32>(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(N) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn uniform(x: &[f32], y: &mut [f32], rows: u32, cols: u32, cap: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..cols.min(cap) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    #[workgroup_size(16)]
    fn unless(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            let mut j = 0u32;
            while j < cols {
                if j == 2 * CAP - 10 { break; }
                sum += x[r * cols + j];
                j += 1;
            }
            y[r] = sum;
        }
    }
    /// Four at a time, and so many groups of four at most.
    #[workgroup_size(16)]
    fn quarters(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            let quarters = (cols + 3) / 4;
            for q in 0..quarters.min(700) {
                for k in 0..4 {
                    if q * 4 + k < cols { sum += x[r * cols + q * 4 + k]; }
                }
            }
            y[r] = sum;
        }
    }
    /// Lane after lane, eight times over.
    #[workgroup_size(16)]
    fn strided(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for lane in 0..64u32 {
                for t in 0..8u32 {
                    let j = lane + 64 * t;
                    if j < cols { sum += x[r * cols + j]; }
                }
            }
            y[r] = sum;
        }
    }
    fn ends(n: u32, most: u32) -> u32 {
        if n > most { most } else { n }
    }
    #[workgroup_size(16)]
    fn helped(x: &[f32], y: &mut [f32], rows: u32, cols: u32) {
        let r = global_index();
        if r < rows {
            let mut sum = 0.0;
            for j in 0..ends(cols, CAP + 88) { sum += x[r * cols + j]; }
            y[r] = sum;
        }
    }
    /// All rows and columns by one index.
    #[workgroup_size(16)]
    fn many(dy: &[f32], dx: &mut [f32], rows: u32, cols: u32) {
        let i = global_index();
        if i < rows * cols { dx[i] = dy[i / cols]; }
    }
}

/// Where the size stands beyond which the kernel forgets something.
#[derive(Clone, Copy, Debug)]
enum Cap {
    Nowhere,
    Literal,
    Larger,
    Comptime(u32),
    Generic,
    Uniform(u32),
    Unless,
    Quarters,
    Strided,
    Helped,
    HostUniform,
    HostComptime,
    HostSwitch,
    HostGrid,
}

/// `yᵣ = Σⱼ xᵣⱼ`;  `dxᵣⱼ = dyᵣ`.
struct RowSum(Cap);

impl DiffOp for RowSum {
    type Inputs<V> = [V; 1];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        let signature = Signature::new("RowSum").input("x", ["rows", "cols"]);
        signature.output("y", ["rows"])
    }

    fn forward(&self, cx: &mut Context, [x]: [&Tensor; 1]) -> [Tensor; 1] {
        [x.reduce_rows(|row| cx.sum(row.iter().copied()))]
    }

    fn backward(&self, _: &mut Context, [x]: [&Tensor; 1], [dy]: [&Tensor; 1]) -> [Tensor; 1] {
        let [rows, cols] = [x.shape()[0], x.shape()[1]];
        [Tensor::from_fn([rows, cols], |[i, _]| dy[[i]])]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (rows, cols) = (plan.dim("rows")?, plan.dim("cols")?);
        let (grid, all) = (Grid::cover(rows), Grid::cover(rows * cols));
        match self.0 {
            Cap::Nowhere | Cap::HostGrid => plan.forward(comptime(u32::MAX), grid),
            Cap::Literal => plan.forward(literal(), grid),
            Cap::Larger => plan.forward(larger(), grid),
            Cap::Comptime(cap) => plan.forward(comptime(cap), grid),
            Cap::Generic => plan.forward(generic::<512>(), grid),
            Cap::Uniform(cap) => plan.forward(uniform(), grid).uniform("cap", cap),
            Cap::Unless => plan.forward(unless(), grid),
            Cap::Quarters => plan.forward(quarters(), grid),
            Cap::Strided => plan.forward(strided(), grid),
            Cap::Helped => plan.forward(helped(), grid),
            Cap::HostUniform => plan.forward(uniform(), grid).uniform("cap", cols.min(3000)),
            Cap::HostComptime => plan.forward(comptime(cols.min(3000) as u32), grid),
            Cap::HostSwitch if cols >= 700 => plan.forward(comptime(40), grid),
            Cap::HostSwitch => plan.forward(comptime(u32::MAX), grid),
        };
        let all = match self.0 {
            Cap::HostGrid => Grid::exact((rows * cols).div_ceil(16).min(300) as u32, 1, 1),
            _ => all,
        };
        plan.backward(many(), all);
        Ok(())
    }
}

fn kernels_of(op: &RowSum) -> Vec<Finding> {
    let numbers_alone = Options {
        exact: false,
        targets: vec![Target::F64],
        ..Options::default()
    };
    let checks = op.verify(&numbers_alone).checks.into_iter();
    checks.filter(|f| f.check.contains("kernel")).collect()
}

#[test]
fn a_cap_is_found_wherever_it_stands() {
    for (cap, size) in [
        (Cap::Literal, 512),
        (Cap::Larger, 5000),
        (Cap::Comptime(512), 512),
        (Cap::Comptime(5000), 5000),
        (Cap::Generic, 512),
        (Cap::Uniform(512), 512),
        (Cap::Uniform(5000), 5000),
        (Cap::Unless, 1014),
        (Cap::Quarters, 2800),
        (Cap::Strided, 512),
        (Cap::Helped, 600),
        (Cap::HostUniform, 3000),
        (Cap::HostComptime, 3000),
        (Cap::HostGrid, 4800),
        (Cap::HostSwitch, 699),
    ] {
        let findings = kernels_of(&RowSum(cap));
        let failed = findings.iter().find_map(|f| match &f.verdict {
            Verdict::Fail(message) => Some(message),
            _ => None,
        });
        let message = failed.unwrap_or_else(|| panic!("{cap:?} passed: {findings:?}"));
        let sizes = message.rsplit('(').next().unwrap_or_default();
        let sizes = sizes.trim_end_matches(')').split(' ');
        let sizes = sizes.filter_map(|dim| dim.split('=').nth(1)?.parse().ok());
        let greatest: usize = sizes.max().unwrap();
        // The first size beyond it; of a grid over all elements, one near it.
        assert!(
            (size / 3..=size + 2).contains(&greatest),
            "{cap:?}: {message}"
        );
    }
}

#[test]
fn without_a_cap_every_dimension_goes_far() {
    for finding in kernels_of(&RowSum(Cap::Nowhere)) {
        assert_eq!(finding.verdict, Verdict::Pass, "{finding}");
        let text = finding.to_string();
        for sizes in ["1 to 100000", "rows: ", "cols: "] {
            assert!(text.contains(sizes), "{text}");
        }
    }
}

#[test]
fn what_fails_exactly_is_told_before_far_sizes_are_gone_to() {
    let options = Options {
        targets: vec![Target::F64],
        ..Options::default()
    };
    let checks = RowSum(Cap::Comptime(1)).verify(&options).checks;
    let find = |check: &str, place: &str| {
        let mut checks = checks.iter();
        checks
            .find(|f| f.check == check && f.place.starts_with(place))
            .unwrap()
    };
    let exact = find("forward kernel = spec", "exact");
    assert!(matches!(exact.verdict, Verdict::Fail(_)), "{exact}");
    let near = find("backward kernel = spec", "reference");
    assert_eq!(near.verdict, Verdict::Pass, "{near}");
    let text = near.to_string();
    let said = "no far sizes: mend `forward kernel = spec` first";
    assert!(text.contains(said) && !text.contains("100000"), "{text}");
}
