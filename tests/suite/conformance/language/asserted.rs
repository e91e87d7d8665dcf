//! `assert!`: the reference executor stops with the line and the values, a device never sees it.

use crate::conformance::{Outcome, message};
use hesper_shader::{Device, Grid, shader};

shader! {
    #[workgroup_size(8)]
    fn asserted(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < x.len() {
            assert!(x[i] < 40.0, "{} at {} is {{too}} much", x[i], i);
            assert!(i < 1000 && x[i] != 7.0);
            y[i] = x[i] + 1.0;
        }
    }
}

pub(super) fn on_the_reference_device_alone(device: &Device) -> Outcome {
    let cases: [(f32, &str); 3] = [
        (3.0, "no error"),
        (41.5, "41.5 at 11 is {too} much"),
        (7.0, "assertion failed: i < 1000 && x[i] != 7.0"),
    ];
    for (value, expected) in cases {
        let mut numbers = vec![1.0; 20];
        numbers[11] = value;
        let x = device.upload(&numbers)?;
        let mut y = device.zeros::<f32>(20)?;
        let arguments = asserted::Args { x: &x, y: &mut y };
        let told = message(asserted().launch(device, Grid::cover(20), arguments));
        if device.limits().is_some() {
            assert_eq!(told, "no error");
            assert_eq!(y.read()?[11], value + 1.0);
            continue;
        }
        assert!(told.contains(expected), "{told}");
        if expected != "no error" {
            assert!(told.contains("asserted.rs:"), "{told}");
        }
    }
    Ok(())
}
