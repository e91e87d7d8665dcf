use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let nan = x[0].is_nan();
        let above = x[0].next_up();
        let root = n.isqrt();
        let sum = n.checked_add(n);
        let low = u32::abs_diff(n, 3);
        y[0] = x[0].hypot(x[1]);
    }
}

fn main() {}
