use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        for i in 0..n {
            break y[i];
        }
        let mut i = n;
        'down: while i > 0 {
            i -= 1;
            loop {
                break 'down y[i];
            }
        }
    }
}

fn main() {}
