use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[Vec2<bool>], y: &mut [f32]) {
        y[0] = x[0].x as f32;
    }
}

fn main() {}
