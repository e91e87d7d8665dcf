use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        y[0] = subgroup_and(y[1]);
        let a = subgroup_all(y[2]);
    }
}

fn main() {}
