//! Structures that end in an array of runtime length: as buffers of any length, through helpers, and what does not fit them.

use crate::conformance::{Outcome, message};
use hesper_shader::{Argument, Device, Error, Grid, LaunchError, f16, shader};

shader! {
    /// Its alignment of 16 leaves twelve bytes after the head.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Entry {
        at: Vec3<f32>,
        id: u32,
        tags: [u32; 2],
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Log {
        count: Atomic<u32>,
        entries: [Entry],
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Bins {
        step: u32,
        bins: [Atomic<u32>],
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Scaled {
        scale: f32,
        values: [f32],
    }

    fn append(log: &mut Log, id: u32) {
        let slot = log.count.fetch_add(1);
        if slot < log.entries.len() {
            log.entries[slot] = Entry { at: Vec3::splat(0.5 * id as f32), id, tags: [id, 7] };
        }
    }

    fn last(values: &[f32], i: u32) -> f32 {
        values[values.len() - 1 - i]
    }

    #[any_order("a list, and counts")]
    #[workgroup_size(4)]
    fn fill(log: &mut Log, bins: &mut Bins, n: u32) {
        let i = global_index();
        if i < n {
            append(log, i + 1);
            bins.bins[i % bins.bins.len()].fetch_add(bins.step);
        }
    }

    #[workgroup_size(4)]
    fn reversed(from: &Scaled, to: &mut Scaled) {
        let i = global_index();
        if i < to.values.len() {
            to.values[i] = from.scale * last(from.values, i) + to.scale;
        }
    }

    #[workgroup_size(4)]
    fn beyond(to: &mut Scaled) {
        to.values[global_index() + 2] = 1.0;
    }
}

pub(super) fn lists_of_any_length(device: &Device) -> Outcome {
    for (len, n) in [(0, 5), (1, 5), (3, 3), (9, 7)] {
        let empty = Log {
            count: 0,
            entries: vec![Entry::default(); len],
        };
        let mut log = device.upload_tailed(&empty)?;
        assert_eq!((log.len(), log.read_tailed()?), (len, empty));
        let given = Bins {
            step: 2,
            bins: vec![1; len + 1],
        };
        let mut bins = device.upload_tailed(&given)?;
        let args = fill::Args {
            log: &mut log,
            bins: &mut bins,
            n: n as u32,
        };
        fill().launch(device, Grid::cover(n), args)?;

        let Log { count, mut entries } = log.read_tailed()?;
        assert_eq!((count as usize, entries.len()), (n, len));
        entries.sort_by_key(|entry| entry.id);
        for (i, entry) in entries.iter().rev().take(n.min(len)).enumerate() {
            let Entry { at, id, tags } = *entry;
            assert!((1..=n as u32).contains(&id), "{i} of {len}: {id}");
            assert_eq!((at.y, tags), (0.5 * id as f32, [id, 7]));
        }
        let counted = (0..=len).map(|bin| {
            let met = (0..n).filter(|i| i % (len + 1) == bin).count();
            1 + 2 * met as u32
        });
        let expected = Bins {
            step: 2,
            bins: counted.collect(),
        };
        assert_eq!(bins.read_tailed()?, expected);
    }
    Ok(())
}

pub(super) fn through_helpers(device: &Device) -> Outcome {
    for len in [0, 1, 6] {
        let values: Vec<f32> = (0..len).map(|n| n as f32).collect();
        let from = device.upload_tailed(&Scaled { scale: 2.0, values })?;
        let mut to = device.zeros_tailed::<Scaled>(len)?;
        to.write_tailed(&Scaled {
            scale: 0.5,
            values: vec![0.0; len],
        })?;
        let args = reversed::Args {
            from: &from,
            to: &mut to,
        };
        reversed().launch(device, Grid::cover(len), args)?;
        let values = (0..len).rev().map(|n| 2.0 * n as f32 + 0.5).collect();
        assert_eq!(to.read_tailed()?, Scaled { scale: 0.5, values });
    }
    Ok(())
}

shader! {
    /// An odd number of halves fills no word.
    #[derive(Clone, Debug, PartialEq)]
    struct Halves {
        first: f16,
        rest: [f16],
    }
}

pub(super) fn halves_at_the_end(device: &Device) -> Outcome {
    for len in [0, 1, 2, 5] {
        let half = |n: usize| f16::from_f32(n as f32 / 4.0);
        let given = Halves {
            first: half(9),
            rest: (0..len).map(half).collect(),
        };
        assert_eq!(device.upload_tailed(&given)?.read_tailed()?, given);
    }
    Ok(())
}

pub(super) fn what_does_not_fit(device: &Device) -> Outcome {
    let values = vec![0.0; 3];
    let mut to = device.upload_tailed(&Scaled { scale: 1.0, values })?;
    let values = vec![0.0; 4];
    let told = message(to.write_tailed(&Scaled { scale: 1.0, values }));
    assert_eq!(told, "4 elements do not fill a buffer of 3");

    let mut other = device.zeros::<f32>(3)?;
    let arguments = vec![("to", Argument::write(&mut other))];
    let refused = beyond().launch_named(device, Grid::cover(1), arguments);
    let Err(Error::Launch(LaunchError::Mismatch {
        expected, given, ..
    })) = &refused
    else {
        return Err(format!("{refused:?}").into());
    };
    assert_eq!((&expected[..], &given[..]), ("&mut Scaled", "&mut [f32]"));

    // What goes beyond the end is lost on a device, which the reference executor tells.
    let told = message(beyond().launch(device, Grid::cover(4), beyond::Args { to: &mut to }));
    match device.limits() {
        Some(_) => assert_eq!(told, "no error"),
        None => {
            assert!(told.contains("tails.rs:"), "{told}");
            let expected = "writes `to.values` at index 3, but its length is 3";
            assert!(told.contains(expected), "{told}");
        }
    }
    Ok(())
}
