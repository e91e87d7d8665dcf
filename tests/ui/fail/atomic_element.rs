use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(sums: &mut [Atomic<f32>]) {
        sums[0].fetch_add(1.0);
        let t = workgroup::<[Atomic<Vec2<u32>>; 4]>();
    }
}

fn main() {}
