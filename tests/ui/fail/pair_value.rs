use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32]) {
        let e = frexp(x[0]);
        y[0] = modf(x[1]) + 1.0;
    }
}

fn main() {}
