//! Subgroup statements, local arrays and loads that are the same for a whole workgroup. How large a subgroup is, and who is in it, is the
//! device's; each case computes what is expected from what the device says of itself.

use super::{Outcome, skip};
use hesper_shader::reference::Options;
use hesper_shader::{Device, Grid, Vec4, shader};

const LANES: u32 = 64;

shader! {
    /// Where each invocation is.
    #[workgroup_size(LANES)]
    fn places(subgroup: &mut [u32], lane: &mut [u32], size: &mut [u32], count: &mut [u32]) {
        let i = global_index();
        subgroup[i] = subgroup_id();
        lane[i] = subgroup_invocation_id();
        size[i] = subgroup_size();
        count[i] = num_subgroups();
    }

    /// Whole numbers, so that sums do not depend on their order.
    #[workgroup_size(LANES)]
    fn combine(x: &[u32], out: &mut [Vec4<u32>], votes: &mut [Vec4<u32>], scans: &mut [Vec4<u32>]) {
        let i = global_index();
        let v = x[i];
        out[i] = vec4(subgroup_add(v), subgroup_min(v), subgroup_max(v), subgroup_xor(v));
        let any = subgroup_any(v == 7);
        let all = subgroup_all(v < 1000);
        votes[i] = vec4(any as u32, all as u32, subgroup_broadcast_first(v), subgroup_elect() as u32);
        scans[i] = vec4(
            subgroup_inclusive_add(v),
            subgroup_exclusive_add(v),
            subgroup_and(v),
            subgroup_or(v),
        );
    }

    /// Values of others.
    #[workgroup_size(LANES)]
    fn shuffle(x: &[f32], out: &mut [Vec4<f32>], ballot: &mut [Vec4<u32>]) {
        let i = global_index();
        let v = x[i];
        let last = subgroup_size() - 1;
        let reversed = last - subgroup_invocation_id();
        out[i] = vec4(
            subgroup_shuffle(v, reversed),
            subgroup_shuffle_xor(v, 1),
            subgroup_broadcast(v, 2),
            quad_swap_diagonal(v),
        );
        ballot[i] = subgroup_ballot(v > 0.0);
    }

    /// A polynomial by Horner's rule over a local array, indexed at run time, and a local array of vectors.
    #[workgroup_size(LANES)]
    fn arrays(x: &[f32], out: &mut [f32]) {
        let i = global_index();
        if i < out.len() {
            let mut c = [0.0; 5];
            for k in 0..5 {
                c[(k + i) % 5] = x[i] + k as f32;
            }
            c[2] += 0.5;
            let mut pair = [vec2(1.0, 2.0), vec2(3.0, 4.0)];
            pair[i % 2].x = c[i % 5];
            let mut sum = 0.0;
            for k in 0..c.len() {
                sum = sum * 2.0 + c[k];
            }
            out[i] = sum + pair[0].x * pair[1].y;
        }
    }

    /// Every workgroup stops at its own count, which one invocation decides.
    #[workgroup_size(LANES)]
    fn agree(counts: &[u32], out: &mut [u32]) {
        let count = workgroup::<u32>();
        if local_invocation_index() == 0 {
            count = counts[workgroup_index()];
        }
        let rounds = workgroup_uniform_load(count);
        let mut sum = 0;
        for k in 0..rounds {
            workgroup_barrier();
            sum += k;
        }
        out[global_index()] = sum;
    }
}

/// Whether the device has subgroups; that it has none is said.
fn has_subgroups(device: &Device, case: &str) -> bool {
    let has = device.limits().is_none_or(|limits| limits.subgroups);
    if !has {
        skip(case, "the device has no subgroups");
    }
    has
}

/// The device as it is; the reference executor also with other subgroups.
fn devices(device: &Device) -> Vec<Device> {
    let mut devices = vec![device.clone()];
    if device.limits().is_none() {
        for (size, mapping) in [(4, None), (8, Some(3)), (64, Some(5))] {
            devices.push(Device::reference_with(Options {
                subgroup_size: size,
                subgroup_mapping: mapping,
                ..Options::default()
            }));
        }
    }
    devices
}

/// For each invocation, the invocations of its subgroup by lane.
fn members(device: &Device, n: usize) -> Result<Vec<Vec<usize>>, Box<dyn std::error::Error>> {
    let buffer = || device.zeros::<u32>(n);
    let (mut subgroup, mut lane, mut size, mut count) =
        (buffer()?, buffer()?, buffer()?, buffer()?);
    let args = places::Args {
        subgroup: &mut subgroup,
        lane: &mut lane,
        size: &mut size,
        count: &mut count,
    };
    places().launch(device, Grid::cover(n), args)?;
    let (subgroup, lane, size) = (subgroup.read()?, lane.read()?, size.read()?);
    let width = size[0] as usize;
    assert!(
        width >= 4 && (LANES as usize).is_multiple_of(width),
        "subgroups of {width}"
    );
    assert_eq!(count.read()?, vec![LANES / size[0]; n]);
    Ok((0..n)
        .map(|i| {
            let mut members = vec![usize::MAX; width];
            let start = i / LANES as usize * LANES as usize;
            for j in start..start + LANES as usize {
                if subgroup[j] == subgroup[i] {
                    members[lane[j] as usize] = j;
                }
            }
            assert!(!members.contains(&usize::MAX), "{members:?}");
            members
        })
        .collect())
}

const N: usize = 3 * LANES as usize;

pub(super) fn values_are_combined(device: &Device) -> Outcome {
    if !has_subgroups(device, "values_are_combined") {
        return Ok(());
    }
    for device in devices(device) {
        let x: Vec<u32> = (0..N as u32).map(|i| i * 37 % 101 + 1).collect();
        let members = members(&device, N)?;
        let zeros = || device.zeros::<Vec4<u32>>(N);
        let (mut out, mut votes, mut scans) = (zeros()?, zeros()?, zeros()?);
        let args = combine::Args {
            x: &device.upload(&x)?,
            out: &mut out,
            votes: &mut votes,
            scans: &mut scans,
        };
        combine().launch(&device, Grid::cover(N), args)?;
        let (out, votes, scans) = (out.read()?, votes.read()?, scans.read()?);
        for (i, members) in members.iter().enumerate() {
            let values: Vec<u32> = members.iter().map(|j| x[*j]).collect();
            let lane = members.iter().position(|j| *j == i).unwrap_or(0);
            let fold = |f: fn(u32, u32) -> u32| values.iter().copied().reduce(f).unwrap_or(0);
            let expected = [
                fold(|a, b| a + b),
                fold(u32::min),
                fold(u32::max),
                fold(|a, b| a ^ b),
            ];
            assert_eq!(<[u32; 4]>::from(out[i]), expected, "{i}");
            let votes_expected = [
                u32::from(values.contains(&7)),
                1,
                values[0],
                u32::from(lane == 0),
            ];
            assert_eq!(<[u32; 4]>::from(votes[i]), votes_expected, "{i}");
            let below: u32 = values[..lane].iter().sum();
            let expected = [below + x[i], below, fold(|a, b| a & b), fold(|a, b| a | b)];
            assert_eq!(<[u32; 4]>::from(scans[i]), expected, "{i}");
        }
    }
    Ok(())
}

pub(super) fn values_are_shuffled(device: &Device) -> Outcome {
    if !has_subgroups(device, "values_are_shuffled") {
        return Ok(());
    }
    for device in devices(device) {
        let x: Vec<f32> = (0..N).map(|i| (i * 29 % 64) as f32 - 31.5).collect();
        let members = members(&device, N)?;
        let mut out = device.zeros::<Vec4<f32>>(N)?;
        let mut ballot = device.zeros::<Vec4<u32>>(N)?;
        let args = shuffle::Args {
            x: &device.upload(&x)?,
            out: &mut out,
            ballot: &mut ballot,
        };
        shuffle().launch(&device, Grid::cover(N), args)?;
        let (out, ballot) = (out.read()?, ballot.read()?);
        for (i, members) in members.iter().enumerate() {
            let lane = members.iter().position(|j| *j == i).unwrap_or(0);
            let of = |lane: usize| x[members[lane]];
            let expected = [
                of(members.len() - 1 - lane),
                of(lane ^ 1),
                of(2),
                of(lane ^ 3),
            ];
            assert_eq!(<[f32; 4]>::from(out[i]), expected, "{i}");
            let mut bits = [0u32; 4];
            for (lane, j) in members.iter().enumerate().filter(|(_, j)| x[**j] > 0.0) {
                let _ = j;
                bits[lane / 32] |= 1 << (lane % 32);
            }
            assert_eq!(<[u32; 4]>::from(ballot[i]), bits, "{i}");
        }
    }
    Ok(())
}

pub(super) fn local_arrays_are_indexed_at_run_time(device: &Device) -> Outcome {
    for n in [1, 63, 65, 130] {
        let x: Vec<f32> = (0..n).map(|i| i as f32 * 0.25).collect();
        let mut out = device.zeros::<f32>(n)?;
        let args = arrays::Args {
            x: &device.upload(&x)?,
            out: &mut out,
        };
        arrays().launch(device, Grid::cover(n), args)?;
        let expected = x.iter().enumerate().map(|(i, x)| {
            let mut c = [0.0; 5];
            (0..5).for_each(|k| c[(k + i) % 5] = x + k as f32);
            c[2] += 0.5;
            let mut pair = [[1.0, 2.0], [3.0, 4.0]];
            pair[i % 2][0] = c[i % 5];
            c.iter().fold(0.0, |sum, c| sum * 2.0 + c) + pair[0][0] * pair[1][1]
        });
        assert_eq!(out.read()?, expected.collect::<Vec<f32>>(), "{n}");
    }
    Ok(())
}

pub(super) fn one_decides_for_a_workgroup(device: &Device) -> Outcome {
    let counts = [0u32, 5, 1, 17];
    let n = counts.len() * LANES as usize;
    let mut out = device.zeros::<u32>(n)?;
    let args = agree::Args {
        counts: &device.upload(&counts)?,
        out: &mut out,
    };
    agree().launch(device, Grid::exact(counts.len() as u32, 1, 1), args)?;
    let expected = (0..n).map(|i| (0..counts[i / LANES as usize]).sum::<u32>());
    assert_eq!(out.read()?, expected.collect::<Vec<u32>>());
    Ok(())
}
