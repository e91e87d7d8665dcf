use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], c: &mut f32) {
        *c = 1.0;
    }
}

fn main() {}
