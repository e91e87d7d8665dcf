use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(n: u32) {
        log!("n = {n}");
        log!("n = {:?}", n);
    }
}

fn main() {}
