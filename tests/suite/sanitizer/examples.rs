//! The smallest kernels that show each finding; `docs/sanitizer.md` quotes them from here, with what is reported.

use hesper_shader::{Device, Error, Grid, shader};

shader! {
    // example race
    #[workgroup_size(4)]
    fn mirrored(x: &mut [f32]) {
        let tile = workgroup::<[f32; 4]>();
        let lane = local_invocation_index();
        tile[lane] = x[lane];
        x[lane] = tile[3 - lane];
    }
    // end

    // example same value
    #[workgroup_size(4)]
    fn flag(found: &mut [u32]) {
        found[0] = 1;
    }
    // end

    // example out of bounds
    #[workgroup_size(4)]
    fn unguarded(x: &mut [f32]) {
        x[global_index()] = 1.0;
    }
    // end

    // example unwritten
    #[workgroup_size(4)]
    fn uncleared(out: &mut [u32]) {
        let count = workgroup::<[u32; 4]>();
        let lane = local_invocation_index();
        count[lane] += 1;
        out[lane] = count[lane];
    }
    // end

    // example divergent barrier
    #[workgroup_size(4)]
    fn halves(x: &mut [f32]) {
        let lane = local_invocation_index();
        if lane < 2 {
            x[lane] = 1.0;
            workgroup_barrier();
        } else {
            workgroup_barrier();
            x[lane] = 2.0;
        }
    }
    // end

    // example divergent exchange
    #[workgroup_size(4)]
    fn sum_of_some(x: &mut [f32]) {
        let lane = local_invocation_index();
        if lane < 3 {
            x[lane] = subgroup_add(x[lane]);
        }
    }
    // end

    // example refused
    #[workgroup_size(4)]
    fn rounds(x: &mut [f32], count: &mut [u32]) {
        for _ in 0..count[0] {
            x[local_invocation_index()] += 1.0;
            storage_barrier();
        }
    }
    // end

    // example unequal uniform load
    #[workgroup_size(4)]
    fn own_place(out: &mut [u32]) {
        let tile = workgroup::<[u32; 4]>();
        let lane = local_invocation_index();
        tile[lane] = lane;
        out[lane] = workgroup_uniform_load(tile[lane]);
    }
    // end

    // example absent lane
    #[workgroup_size(4)]
    fn from_above(x: &mut [f32]) {
        let lane = local_invocation_index();
        x[lane] = subgroup_shuffle_down(x[lane], 1);
    }
    // end

    // example wrapped
    #[workgroup_size(4)]
    fn neighbour(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i - 1];
        }
    }
    // end

    // example division by zero
    #[workgroup_size(4)]
    fn mean(out: &mut [u32], count: u32) {
        let i = global_index();
        out[i] = out[i] / count;
    }
    // end

    // example beyond limits
    #[workgroup_size(4)]
    fn nothing(x: &mut [f32]) {
        if global_index() == 0 {
            x[0] = 1.0;
        }
    }
    // end

    // example endless
    #[workgroup_size(1)]
    fn collatz(out: &mut [u32]) {
        let mut n = 7;
        while n > 0 {
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            out[0] += 1;
        }
    }
    // end

    // example no progress
    #[workgroup_size(2)]
    fn wait(turn: &mut [Atomic<u32>]) {
        while turn[0].load() != local_invocation_index() {}
        turn[0].store(local_invocation_index() + 1);
    }
    // end

    // example wrong barrier
    #[workgroup_size(4)]
    fn tally(x: &[f32]) {
        let bins = workgroup::<[Atomic<u32>; 4]>();
        let lane = local_invocation_index();
        bins[lane].store(0);
        storage_barrier();
        bins[x[lane] as u32].fetch_add(1);
    }
    // end

    // example device choice
    #[workgroup_size(4)]
    fn rectified(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        y[i] = x[i].max(0.0);
    }
    // end

    // example order dependent
    #[workgroup_size(4)]
    fn compact(next: &mut [Atomic<u32>], out: &mut [u32]) {
        let place = next[0].fetch_add(1);
        out[place] = global_index();
    }
    // end
}

/// Runs the example of a finding.
pub(super) fn run(finding: &str, device: &Device) -> Result<(), Error> {
    let (four, x) = (Grid::cover(4), device.upload(&[1.0; 4])?);
    let mut y = device.zeros::<f32>(4)?;
    let mut n = device.zeros::<u32>(4)?;
    let mut m = device.zeros::<u32>(4)?;
    match finding {
        "race" => mirrored().launch(device, four, mirrored::Args { x: &mut y }),
        "same value" => flag().launch(device, four, flag::Args { found: &mut n }),
        "out of bounds" => {
            unguarded().launch(device, Grid::cover(8), unguarded::Args { x: &mut y })
        }
        "unwritten" => uncleared().launch(device, four, uncleared::Args { out: &mut n }),
        "divergent barrier" => halves().launch(device, four, halves::Args { x: &mut y }),
        "divergent exchange" => sum_of_some().launch(device, four, sum_of_some::Args { x: &mut y }),
        "refused" => {
            let (x, count) = (&mut y, &mut n);
            rounds().launch(device, four, rounds::Args { x, count })
        }
        "wrong barrier" => tally().launch(device, four, tally::Args { x: &x }),
        "device choice" => {
            let x = device.upload(&[1.0, f32::NAN, 3.0, 4.0])?;
            rectified().launch(device, four, rectified::Args { x: &x, y: &mut y })
        }
        "unequal uniform load" => own_place().launch(device, four, own_place::Args { out: &mut n }),
        "absent lane" => from_above().launch(device, four, from_above::Args { x: &mut y }),
        "wrapped" => neighbour().launch(device, four, neighbour::Args { x: &x, y: &mut y }),
        "division by zero" => mean().launch(
            device,
            four,
            mean::Args {
                out: &mut n,
                count: 0,
            },
        ),
        "beyond limits" => nothing().launch(
            device,
            Grid::exact(100_000, 1, 1),
            nothing::Args { x: &mut y },
        ),
        "endless" => collatz().launch(device, Grid::cover(1), collatz::Args { out: &mut n }),
        "no progress" => wait().launch(device, Grid::cover(2), wait::Args { turn: &mut n }),
        "order dependent" => {
            let args = compact::Args {
                next: &mut n,
                out: &mut m,
            };
            compact().launch(device, four, args)
        }
        other => panic!("no example of {other}"),
    }
}
