use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let a = [0.0; 4];
        y[0] = a[1];
    }
}

fn main() {}
