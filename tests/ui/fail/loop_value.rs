use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = for i in 0..n {
            break;
        };
        y[1] = while n > 0 {
            break;
        };
    }
}

fn main() {}
