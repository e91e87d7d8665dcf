use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let (a, b, c) = h(x[0]);
        y[0] = h(a) + 1.0;
    }

    fn h(t: f32) -> (f32, u32) {
        if t > 0.0 {
            return (t, t);
        }
        (t, 1)
    }
}

fn main() {}
