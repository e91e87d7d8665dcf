use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(n: Atomic<u32>, y: &mut [u32]) {
        let a: Atomic<u32> = 1;
        y[0] = n;
    }
}

fn main() {}
