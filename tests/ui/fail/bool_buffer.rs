use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(flags: &mut [bool]) {
        flags[0] = true;
    }
}

fn main() {}
