use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = (n > 0) as bool as f32;
        let b = n as bool;
    }
}

fn main() {}
