use hesper_shader::shader;

shader! {
    #[workgroup_size]
    fn k(y: &mut [f32]) {
        y[0] = 1.0;
    }
}

fn main() {}
