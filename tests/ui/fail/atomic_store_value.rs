use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &mut [Atomic<u32>]) {
        let a = count[0].store(1);
    }
}

fn main() {}
