use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let (mut a, mut v) = (x[0], vec2(1.0, 2.0));
        h(&mut a, &mut a);
        h(&mut v.x, &mut v.y);
        h(&mut y[0], &mut y[n]);
        let mut list = [1.0, 2.0];
        first(&mut list, &mut list[1]);
    }

    fn h(a: &mut f32, b: &mut f32) {
        *a += *b;
    }

    fn first(list: &mut [f32; 2], to: &mut f32) {
        h(to, &mut list[0]);
        h(to, to);
    }
}

fn main() {}
