use hesper_shader::shader;

shader! {
    struct Pair {
        first: f32,
        second: f32,
    }
    #[workgroup_size(1)]
    fn k(y: &mut [f32]) {
        let pair = Pair { first: 1.0 };
        let Pair { second } = pair;
        y[0] = second;
    }
}

fn main() {}
