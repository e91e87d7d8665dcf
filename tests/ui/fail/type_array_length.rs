use hesper_shader::shader;

const TILE: u32 = 64;

shader! {
    fn sum(t: &mut [f32; TILE]) -> f32 {
        t[0] + t[63]
    }

    fn last<const N: u32>(t: &mut [f32; N]) -> f32 {
        t[N - 1]
    }

    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let short = workgroup::<[f32; 32]>();
        let counts = workgroup::<[u32; 64]>();
        y[0] = sum(short);
        y[1] = sum(counts);
        y[2] = last::<64>(short);
    }
}

fn main() {}
