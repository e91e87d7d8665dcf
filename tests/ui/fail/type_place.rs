use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut a = x[0];
        let mut b = n;
        h(&mut a, a);
        h(&mut a, &mut b);
    }

    fn h(a: &mut f32, b: &mut f32) {
        *a += *b;
    }
}

fn main() {}
