use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &mut [Atomic<u32>]) {
        count[0].fetch_add(1.0);
    }
}

fn main() {}
