use hesper_shader::shader;

shader! {
    struct Pair {
        first: f32,
        second: f32,
    }
    #[workgroup_size(1)]
    fn k(pair: &Pair, y: &mut [f32]) {
        pair.first = 1.0;
        y[0] = pair.second;
    }
}

fn main() {}
