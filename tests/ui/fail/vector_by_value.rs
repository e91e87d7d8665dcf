use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32], v: Vec2<f32>) {
        y[0] = v.x;
    }
}

fn main() {}
