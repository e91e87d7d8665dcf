use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32], flag: bool) {
        match flag {
            true => y[0] = 1.0,
        }
    }
}

fn main() {}
