use hesper_shader::shader;

mod counters {
    use hesper_shader::shader;

    shader! {
        pub struct Counter {
            pub hits: Atomic<u32>,
        }
    }
}

use counters::Counter;

shader! {
    struct Row {
        counter: Counter,
        weight: f32,
    }

    #[workgroup_size(1)]
    fn k(rows: &mut [Row], y: &mut [f32]) {
        rows[0].counter.hits.fetch_add(1);
        y[0] = rows[0].weight;
        let row = rows[1];
    }
}

fn main() {}
