use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        #[unroll]
        for i in 0..n {
            y[i] = 1.0;
        }
        #[unroll]
        for i in [1, 2] {
            y[i] = 1.0;
        }
    }
}

fn main() {}
