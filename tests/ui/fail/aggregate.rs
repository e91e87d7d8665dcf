use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let nothing = ();
        y[0] = 1.0;
    }
}

fn main() {}
