use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let t = workgroup::<[Vec2<f32>; 64]>();
        y[0] = workgroup_uniform_load(y[1]);
        y[1] = workgroup_uniform_load(t[0].x);
        y[2] = workgroup_uniform_load(t);
    }
}

fn main() {}
