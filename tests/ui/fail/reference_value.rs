use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut a = x[0];
        h(&mut a);
        y[0] = a;
    }

    fn h(a: &mut f32) {
        a = a + 1.0;
    }
}

fn main() {}
