use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(count: &mut [Atomic<u32>], y: &mut [u32]) {
        let total = workgroup::<Atomic<u32>>();
        y[0] = count[0];
        y[1] = total + 1;
    }
}

fn main() {}
