use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &mut [Atomic<u32>]) {
        let old = count[0].compare_exchange_weak(0, 1);
        count[1].compare_exchange_weak(0, 1);
    }
}

fn main() {}
