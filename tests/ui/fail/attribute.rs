use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        #[inline]
        let i = global_index();
        #[cold]
        for j in 0..4 {
            y[i] += x[j];
        }
    }
}

fn main() {}
