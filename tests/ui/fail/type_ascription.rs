use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let a: u32 = x[0];
        y[a] = 0.0;
    }
}

fn main() {}
