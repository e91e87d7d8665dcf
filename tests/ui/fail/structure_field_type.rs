use hesper_shader::shader;

shader! {
    struct Pair {
        first: f32,
        second: f32,
    }
    #[workgroup_size(1)]
    fn k(pairs: &mut [Pair], n: u32) {
        let pair = Pair { first: n, second: 1.0 };
        pairs[0] = pair;
        pairs[1].first = n;
        pairs[2] = 1.0;
    }
}

fn main() {}
