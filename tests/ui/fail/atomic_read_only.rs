use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &[Atomic<u32>], y: &mut [u32]) {
        y[0] = count[0].load();
    }
}

fn main() {}
