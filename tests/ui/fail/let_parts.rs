use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let (mut a, mut b);
        (a, b) = (x[0], x[1]);
        y[0] = a + b;
    }
}

fn main() {}
