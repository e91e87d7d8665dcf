use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [u32]) {
        y[0].fetch_add(1);
        let mut n = 1;
        n.store(2);
    }
}

fn main() {}
