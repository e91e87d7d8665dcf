use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let [a, b] = x[0];
        let (c, &d) = (1.0, 2.0);
        let (e, ..) = (x[0], x[1]);
        y[0] = c;
    }
}

fn main() {}
