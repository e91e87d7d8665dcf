//! What a launch that fails has told before.

use super::examples;
use hesper_shader::reference::Options;
use hesper_shader::{Device, Error, Grid, Kernel, shader};

shader! {
    /// A bump allocator: which places an invocation gets does not matter.
    #[workgroup_size(8)]
    fn bump(next: &mut [Atomic<u32>], #[any_order("a list of all that came, in no order")] out: &mut [u32]) {
        out[next[0].fetch_add(1)] = global_index();
    }
    /// A set by open addressing: which of the equal places a number takes depends on who comes first.
    #[any_order("a set: where a number stands does not matter")]
    #[workgroup_size(8)]
    fn insert(keys: &[u32], table: &mut [Atomic<u32>]) {
        let i = global_index();
        let mut place = keys[i] % table.len();
        let mut open = true;
        while open {
            let (old, exchanged) = table[place].compare_exchange_weak(0, keys[i]);
            if exchanged || old == keys[i] {
                open = false;
            } else if old != 0 {
                place = (place + 1) % table.len();
            }
        }
    }
}

#[test]
fn a_kernel_says_why_any_order_is_right() {
    let device = Device::reference();
    let (mut next, mut out) = (
        device.zeros::<u32>(1).unwrap(),
        device.zeros::<u32>(32).unwrap(),
    );
    let args = bump::Args {
        next: &mut next,
        out: &mut out,
    };
    bump().launch(&device, Grid::cover(32), args).unwrap();
    let mut found = out.read().unwrap();
    found.sort_unstable();
    assert_eq!(found, (0..32).collect::<Vec<u32>>());

    let keys = device
        .upload(&(0..32).map(|i| i * 16 % 7 + 1).collect::<Vec<u32>>())
        .unwrap();
    let mut table = device.zeros::<u32>(8).unwrap();
    let args = insert::Args {
        keys: &keys,
        table: &mut table,
    };
    insert().launch(&device, Grid::cover(32), args).unwrap();
    let mut found = table.read().unwrap();
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2, 3, 4, 5, 6, 7]);

    // The reason is part of the tree, and no device sees it.
    let text = |kernel: Kernel| kernel.tree().unwrap().to_string();
    assert!(text(bump()).contains("any_order(\"a list of all that came, in no order\") param out"));
    assert!(
        text(insert())
            .contains("any_order(\"a set: where a number stands does not matter\")\nkernel insert")
    );
    assert!(!bump().wgsl().unwrap().contains("in no order"));
}

shader! {
    /// The sum of x, rounded in whatever order the lanes come.
    #[workgroup_size(8)]
    fn rounded_sum(x: &[f32], sum: &mut [Atomic<f32>]) {
        sum[0].fetch_add(x[global_index()]);
    }
    /// The same, and that the last digit may differ is said.
    #[workgroup_size(8)]
    fn any_sum(x: &[f32], #[any_order("the sum may differ in its last digits")] sum: &mut [Atomic<f32>]) {
        sum[0].fetch_add(x[global_index()]);
    }
}

#[test]
fn sums_of_reals_depend_on_the_order_unless_the_kernel_says_that_they_may() {
    let device = Device::reference();
    let upload = |x: &[f32]| device.upload(x).unwrap();
    let thirds = upload(&(1..=32).map(|i| i as f32 / 3.0).collect::<Vec<_>>());
    let whole = upload(&(1..=32).map(|i| i as f32).collect::<Vec<_>>());
    let grid = Grid::cover(32);
    let mut sum = upload(&[0.0]);
    let args = |x, sum| rounded_sum::Args { x, sum };
    let refused = rounded_sum().launch(&device, grid, args(&thirds, &mut sum));
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("order"), "{message}");
    let mut sum = upload(&[0.0]);
    rounded_sum()
        .launch(&device, grid, args(&whole, &mut sum))
        .unwrap();
    assert_eq!(sum.read().unwrap(), [528.0]);
    let mut sum = upload(&[0.0]);
    let args = any_sum::Args {
        x: &thirds,
        sum: &mut sum,
    };
    any_sum().launch(&device, grid, args).unwrap();
    assert!((sum.read().unwrap()[0] - 176.0).abs() < 1e-3);
}

#[test]
fn a_device_hands_out_what_a_failed_launch_has_told() {
    let device = Device::reference_with(Options {
        trace: Some([2, 0, 0]),
        ..Options::default()
    });
    let ran = examples::run("race", &device);
    let Err(Error::Exec(error)) = ran else {
        panic!("{ran:?}");
    };
    let told = device.take_outcome();
    let texts = told.trace.iter().map(|line| line.text.as_str());
    let expected = ["0.0 from x[2]", "tile[2] = 0.0", "1 from 3 - 2"];
    assert_eq!(texts.collect::<Vec<_>>(), expected, "{error}");
    assert_eq!(*error.so_far, told);
    assert!(device.take_outcome().trace.is_empty());
}
