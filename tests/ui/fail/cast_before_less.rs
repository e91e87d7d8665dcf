use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = (x[0] as i32 << n) as f32;
        if x[0] as u32 < n {
            y[1] = 1.0;
        }
    }
}

fn main() {}
