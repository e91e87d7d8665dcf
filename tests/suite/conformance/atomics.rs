//! Atomic statements, in storage and in workgroup memory: each must be one step on every device.

use super::Outcome;
use hesper_shader::{Device, Grid, shader};

/// Invocations of each case; several workgroups.
const N: usize = 1000;

shader! {
    /// Every update whose outcome does not depend on the order, of unsigned numbers.
    #[workgroup_size(64)]
    fn update_unsigned(cells: &mut [Atomic<u32>], n: u32) {
        let i = global_index();
        if i < n {
            cells[0].fetch_add(i);
            cells[1].fetch_sub(3);
            cells[2].fetch_max(i.wrapping_mul(2654435761));
            cells[3].fetch_min(i.wrapping_mul(2654435761));
            cells[4].fetch_and(!(1 << (i % 7)));
            cells[5].fetch_or(1 << (i % 29));
            cells[6].fetch_xor(i);
        }
    }

    /// The same of signed numbers.
    #[workgroup_size(64)]
    fn update_signed(cells: &mut [Atomic<i32>], n: u32) {
        let i = global_index();
        if i < n {
            let v = i as i32 - 500;
            cells[0].fetch_add(v);
            cells[1].fetch_sub(v);
            cells[7].fetch_sub(-1);
            cells[8].fetch_sub(-v);
            cells[2].fetch_max(v);
            cells[3].fetch_min(v);
            cells[4].fetch_and(!(1 << (i % 7)));
            cells[5].fetch_or(1 << (i % 29));
            cells[6].fetch_xor(v);
        }
    }

    /// The same of reals, whose sums are whole numbers, so that no order rounds.
    #[workgroup_size(64)]
    fn update_reals(x: &[f32], cells: &mut [Atomic<f32>]) {
        let partial = workgroup::<[Atomic<f32>; 2]>();
        let lane = local_invocation_index();
        if lane < 2 {
            partial[lane].store(0.0);
        }
        workgroup_barrier();
        let i = global_index();
        if i < x.len() {
            cells[0].fetch_add(x[i]);
            cells[1].fetch_sub(2.0);
            cells[2].fetch_max(0.5 * x[i]);
            cells[3].fetch_min(-x[i]);
            partial[i % 2].fetch_add(0.25 * x[i]);
        }
        workgroup_barrier();
        if lane < 2 {
            cells[4 + lane].fetch_add(partial[lane].load());
        }
    }

    /// A value goes from cell to cell.
    #[workgroup_size(1)]
    fn pass_on(cells: &mut [Atomic<f32>]) {
        let mut carried = 0.125;
        for i in 0u32..4 {
            carried = cells[i].swap(carried);
        }
        cells[4].store(carried + cells[0].load());
    }

    /// Each invocation takes a place of its own; who gets which is open, so only a set of places is kept.
    #[workgroup_size(64)]
    fn take_places(next: &mut [Atomic<u32>], taken: &mut [Atomic<u32>], n: u32) {
        if global_index() < n {
            let place = next[0].fetch_add(1);
            taken[place].fetch_add(1);
        }
    }

    /// Doubles a cell as often as there are invocations, modulo a prime, by compare and exchange.
    #[workgroup_size(64)]
    fn double_by_exchange(cells: &mut [Atomic<u32>], n: u32) {
        if global_index() < n {
            loop {
                let seen = cells[0].load();
                let (_old, exchanged) = cells[0].compare_exchange_weak(seen, seen * 2 % 65521);
                if exchanged {
                    break;
                }
            }
        }
    }

    /// A histogram in workgroup memory, added to one in storage.
    #[workgroup_size(64)]
    fn histogram(x: &[u32], bins: &mut [Atomic<u32>]) {
        let local = workgroup::<[Atomic<u32>; 16]>();
        let lane = local_invocation_index();
        if lane < 16 {
            local[lane].store(0);
        }
        workgroup_barrier();
        let i = global_index();
        if i < x.len() {
            local[x[i] % 16].fetch_add(1);
        }
        workgroup_barrier();
        if lane < 16 {
            bins[lane].fetch_add(local[lane].load());
        }
    }
}

pub(super) fn updates_are_one_step(device: &Device) -> Outcome {
    let n = N as u32;
    let start = [5, 10_000, 0, u32::MAX, u32::MAX, 0, 0];
    let mut cells = device.upload(&start)?;
    let args = update_unsigned::Args {
        cells: &mut cells,
        n,
    };
    update_unsigned().launch(device, Grid::cover(N), args)?;
    let hashes = || (0..n).map(|i| i.wrapping_mul(2_654_435_761));
    let expected = [
        5 + n * (n - 1) / 2,
        10_000 - 3 * n,
        hashes().max().unwrap_or(0),
        hashes().min().unwrap_or(0),
        u32::MAX << 7,
        (1 << 29) - 1,
        (0..n).fold(0, |a, b| a ^ b),
    ];
    assert_eq!(cells.read()?, expected);

    let start = [0, 0, i32::MIN, i32::MAX, -1, 0, 0, 0, 0];
    let mut cells = device.upload(&start)?;
    let args = update_signed::Args {
        cells: &mut cells,
        n,
    };
    update_signed().launch(device, Grid::cover(N), args)?;
    let values = || (0..n as i32).map(|i| i - 500);
    let sum: i32 = values().sum();
    let xor = values().fold(0, |a, b| a ^ b);
    let n = n as i32;
    let expected = [sum, -sum, 499, -500, -1 << 7, (1 << 29) - 1, xor, n, sum];
    assert_eq!(cells.read()?, expected);
    Ok(())
}

pub(super) fn reals_are_kept_as_bits(device: &Device) -> Outcome {
    let x: Vec<f32> = (0..N).map(|i| ((i * 37) % 1001) as f32 - 500.0).collect();
    let start = [4.0, 7.0, f32::MIN, f32::MAX, 0.0, 0.0];
    let mut cells = device.upload(&start)?;
    let args = update_reals::Args {
        x: &device.upload(&x)?,
        cells: &mut cells,
    };
    update_reals().launch(device, Grid::cover(N), args)?;
    let quarters = |odd: usize| x.iter().skip(odd).step_by(2).map(|x| 0.25 * x).sum::<f32>();
    let highest = x.iter().copied().fold(f32::MIN, f32::max);
    let expected = [
        4.0 + x.iter().sum::<f32>(),
        7.0 - 2.0 * N as f32,
        0.5 * highest,
        -highest,
        quarters(0),
        quarters(1),
    ];
    assert_eq!(cells.read()?, expected);

    let mut cells = device.upload(&[1.0f32, -2.0, 3.5, f32::INFINITY, 0.0])?;
    pass_on().launch(device, Grid::cover(1), pass_on::Args { cells: &mut cells })?;
    assert_eq!(cells.read()?, [0.125, 1.0, -2.0, 3.5, f32::INFINITY]);
    for kernel in [update_reals(), pass_on()] {
        let wgsl = kernel.wgsl()?;
        assert!(wgsl.contains("atomic<u32>"), "{wgsl}");
        for (tool, verdict) in tests::tools::JUDGES {
            verdict(kernel.lowered()?)?.require(tool);
        }
    }
    Ok(())
}

pub(super) fn each_gets_what_was_there(device: &Device) -> Outcome {
    let (mut next, mut taken) = (device.zeros::<u32>(1)?, device.zeros::<u32>(N)?);
    let (n, next_arg, taken_arg) = (N as u32, &mut next, &mut taken);
    let args = take_places::Args {
        next: next_arg,
        taken: taken_arg,
        n,
    };
    take_places().launch(device, Grid::cover(N), args)?;
    assert_eq!(next.read()?, [n]);
    assert_eq!(taken.read()?, vec![1; N]);
    Ok(())
}

pub(super) fn an_exchange_is_tried_until_it_succeeds(device: &Device) -> Outcome {
    let mut cells = device.upload(&[1u32])?;
    let args = double_by_exchange::Args {
        cells: &mut cells,
        n: N as u32,
    };
    double_by_exchange().launch(device, Grid::cover(N), args)?;
    assert_eq!(cells.read()?, [(0..N).fold(1, |x, _| x * 2 % 65521)]);
    Ok(())
}

pub(super) fn workgroup_memory_has_atomics(device: &Device) -> Outcome {
    let x: Vec<u32> = (0..N as u32).map(|i| i * i / 7).collect();
    let mut bins = device.zeros::<u32>(16)?;
    let args = histogram::Args {
        x: &device.upload(&x)?,
        bins: &mut bins,
    };
    histogram().launch(device, Grid::cover(N), args)?;
    let mut expected = vec![0; 16];
    x.iter().for_each(|x| expected[*x as usize % 16] += 1);
    assert_eq!(bins.read()?, expected);
    Ok(())
}
