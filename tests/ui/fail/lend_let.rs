use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let a = x[0];
        let mut b = 1.0;
        h(&mut a, &mut b);
        h(&mut x[0], &mut b);
        h(&mut 1.0, &mut b);
    }

    fn h(a: &mut f32, b: &mut f32) {
        *a += *b;
    }
}

fn main() {}
