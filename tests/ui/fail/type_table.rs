use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = NAMES[n];
        y[1] = x[0] + PRIMES[n];
    }

    const NAMES: [&str; 2] = ["a", "b"];
    const PRIMES: [u32; 3] = [2, 3, 5];
}

fn main() {}
