use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        for value in 0..x.iter() {
            y[0] = value;
        }
    }
}

fn main() {}
