use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = h(x[0], |a| { if a > 1.0 { return 1.0; } a });
    }

    fn h(x: f32, f: impl Fn(f32) -> f32) -> f32 {
        f(x)
    }
}

fn main() {}
