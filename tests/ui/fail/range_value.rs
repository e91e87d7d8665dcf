use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let r = 0..n;
        for i in r {
            y[i] = 0.0;
        }
    }
}

fn main() {}
