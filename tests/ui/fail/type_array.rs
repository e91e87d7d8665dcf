use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let mut a = [1.0, y[0] as u32];
        let mut b: [u32; 2] = [1.0; 2];
    }
}

fn main() {}
