use hesper_shader::shader;

shader! {
    #[helper]
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32]) {
        y[global_index()] = x[0];
    }
}

fn main() {}
