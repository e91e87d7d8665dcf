use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], #[binding(0, 2)] n: u32, y: &mut [f32]) {
        y[n] = twice(x[n]);
    }

    #[helper]
    #[uniforms(0, 3)]
    fn twice(#[binding(0, 1)] x: f32) -> f32 {
        x + x
    }
}

fn main() {}
