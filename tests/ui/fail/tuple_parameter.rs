use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = h((x[0], n));
    }

    fn h(pair: (f32, u32)) -> f32 {
        pair.0
    }
}

fn main() {}
