use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let f: fn(f32) -> f32 = x[0];
        y[0] = 0.0;
    }
}

fn main() {}
