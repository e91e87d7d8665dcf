use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &mut [Atomic<u32>]) {
        count[0] = 1;
        count[1] += 1;
        let total = workgroup::<Atomic<i32>>();
        total = 3;
    }
}

fn main() {}
