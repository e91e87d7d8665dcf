//! What a launch that fails has told before.

use super::examples;
use hesper_shader::reference::Options;
use hesper_shader::{Device, Error};

#[test]
fn a_device_hands_out_what_a_failed_launch_has_told() {
    let device = Device::reference_with(Options {
        trace: Some([2, 0, 0]),
        ..Options::default()
    });
    let ran = examples::run("race", &device);
    let Err(Error::Exec(error)) = ran else {
        panic!("{ran:?}");
    };
    let told = device.take_outcome();
    let texts = told.trace.iter().map(|line| line.text.as_str());
    let expected = ["0.0 from x[2]", "tile[2] = 0.0", "1 from 3 - 2"];
    assert_eq!(texts.collect::<Vec<_>>(), expected, "{error}");
    assert_eq!(*error.so_far, told);
    assert!(device.take_outcome().trace.is_empty());
}
