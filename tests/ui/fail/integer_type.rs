use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [u64], n: usize) {
        y[0] = n as u64;
    }
}

fn main() {}
