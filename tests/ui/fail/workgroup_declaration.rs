use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut tile = workgroup::<[f32; 64]>();
        tile[0] = 1.0;
        y[0] = tile[0];
    }
}

fn main() {}
