use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let lane = 3;
        y[0] = subgroup_broadcast(y[1], lane);
    }
}

fn main() {}
