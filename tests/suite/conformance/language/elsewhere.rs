//! Structures with fields whose types another `shader!` declares: values, and memory with atomics in it.

use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, shader};

mod declared {
    use hesper_shader::shader;

    shader! {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) struct Counter {
            pub(super) hits: Atomic<u32>,
            pub(super) limit: u32,
        }

        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) struct Pair {
            pub(super) a: f32,
            pub(super) b: u32,
        }
    }
}

use declared::{Counter, Pair};

type Real = f32;

shader! {
    /// Whether it is a value, rustc alone knows.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Counters {
        scale: f32,
        one: Counter,
        more: [Counter; 2],
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Whole {
        counters: Counters,
        pair: Pair,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Values {
        pairs: [Pair; 2],
        last: Pair,
        x: Real,
    }

    fn twice(values: Values) -> Values {
        Values { x: 2.0 * values.x, ..values }
    }

    #[any_order("counts")]
    #[workgroup_size(4)]
    fn count(wholes: &mut [Whole], one: &mut Counters, y: &mut [Values]) {
        let shared = workgroup::<Whole>();
        let i = global_index();
        if local_invocation_index() == 0 {
            shared.counters.one.hits.store(0);
        }
        workgroup_barrier();
        shared.counters.one.hits.fetch_add(1);
        workgroup_barrier();
        if i < wholes.len() {
            wholes[i].counters.one.hits.fetch_add(i + shared.counters.one.hits.load());
            wholes[i].counters.more[i % 2].hits.fetch_max(wholes[i].pair.b);
            one.one.hits.fetch_add(one.more[1].limit);
            let mut values = twice(y[i]);
            values.last = wholes[i].pair;
            let Values { x, .. } = values;
            y[i] = Values { x: x + wholes[i].counters.scale, ..values };
        }
    }
}

pub(super) fn fields_of_other_structures(device: &Device) -> Outcome {
    let counter = Counter { hits: 1, limit: 3 };
    let counters = Counters {
        scale: 0.5,
        one: counter,
        more: [counter; 2],
    };
    let (pair, other) = (Pair { a: 1.0, b: 9 }, Pair { a: 2.0, b: 4 });
    let whole = Whole { counters, pair };
    let values = Values {
        pairs: [other; 2],
        last: other,
        x: 0.25,
    };
    let mut wholes = device.upload(&[whole; 3])?;
    let mut one = device.upload(&[counters])?;
    let mut y = device.upload(&[values; 3])?;
    let args = count::Args {
        wholes: &mut wholes,
        one: &mut one,
        y: &mut y,
    };
    count().launch(device, Grid::cover(3), args)?;

    let counted = (0..3u32).map(|i| {
        let mut whole = whole;
        whole.counters.one.hits = 1 + i + 4;
        whole.counters.more[i as usize % 2].hits = 9;
        whole
    });
    assert_eq!(wholes.read()?, counted.collect::<Vec<_>>());
    let one = one.read()?;
    assert_eq!((one[0].one.hits, one[0].more), (1 + 3 * 3, [counter; 2]));
    let last = pair;
    assert_eq!(
        y.read()?,
        [Values {
            last,
            x: 1.0,
            ..values
        }; 3]
    );
    Ok(())
}
