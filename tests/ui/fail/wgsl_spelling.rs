use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = select(0.0, x[0], n > 0);
        workgroupBarrier();
        atomicAdd(y[0], 1.0);
    }
}

fn main() {}
