use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        y[0] = y[1].wrapping_add(1.0);
    }
}

fn main() {}
