use hesper_shader::shader;

shader! {
    struct Pair {
        first: f32,
        second: f32,
    }
    #[workgroup_size(1)]
    fn k(pairs: &mut [Pair], y: &mut [f32]) {
        let pair = pairs[0];
        y[0] = pair.third;
        pairs[0].fourth = 1.0;
    }
}

fn main() {}
