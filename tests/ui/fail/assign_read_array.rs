use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut list = [1.0, 2.0];
        h(&list);
        y[0] = list[0];
    }

    fn h(list: &[f32; 2]) {
        list[0] += list[1];
        g(&mut list);
    }

    fn g(list: &mut [f32; 2]) {
        list[0] = 1.0;
    }
}

fn main() {}
