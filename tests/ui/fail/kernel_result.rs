use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32]) -> f32 {
        x[0]
    }
}

fn main() {}
