use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        for i in 0..n {
            'a: {
                if y[i] > 1.0 {
                    break;
                }
                if y[i] > 0.5 {
                    continue;
                }
                break 'a;
            }
        }
    }
}

fn main() {}
