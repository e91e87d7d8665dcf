use hesper_shader::shader;

shader! {
    struct Pair {
        first: f32,
        second: f32,
    }
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let pair = Pair { first: 1.0, .. };
        y[0] = pair.first;
    }
}

fn main() {}
