use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    #[uniforms(3)]
    fn k(#[binding(1)] x: &[f32], #[binding(0, 1, 2)] y: &mut [f32], #[binding] z: &mut [f32]) {
        y[0] = x[0];
        z[0] = x[0];
    }
}

fn main() {}
