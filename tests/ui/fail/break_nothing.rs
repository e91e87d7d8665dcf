use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let a = loop {
            if n > 3 {
                break;
            }
            break 1.0;
        };
        y[0] = a;
    }
}

fn main() {}
