use hesper_shader::shader;

shader! {
    const LIMIT: u32 = 3;

    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        LIMIT = n;
        y[0] = 0.0;
    }
}

fn main() {}
