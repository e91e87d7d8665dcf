//! Buffers: sent, zeroed, read back.

use super::{Outcome, message};
use hesper_shader::{Device, Element, ShaderType, Vec2, Vec3, Vec4};

const LENGTHS: [usize; 7] = [0, 1, 2, 63, 64, 65, 1_000_003];

pub(super) fn contents_come_back_as_they_were_sent(device: &Device) -> Outcome {
    fn of<T: Element + ShaderType>(device: &Device, element: impl Fn(u32) -> T) -> Outcome {
        for len in LENGTHS {
            let sent: Vec<T> = (0..len as u32).map(&element).collect();
            let mut buffer = device.upload(&sent)?;
            assert_eq!((buffer.len(), buffer.is_empty()), (len, len == 0));
            assert!(buffer.read()? == sent, "{len} of {}", T::TYPE);
            let other: Vec<T> = (0..len as u32)
                .map(|i| element(i.wrapping_mul(7) ^ 0x55))
                .collect();
            buffer.write(&other)?;
            assert!(
                buffer.read()? == other,
                "{len} of {}, written again",
                T::TYPE
            );
        }
        Ok(())
    }
    // Small integers are exact in `f32`, and their bits tell elements apart.
    let real = |i: u32| (i % (1 << 24)) as f32 - 0.5;
    let int = |i: u32| i as i32 - 1000;
    of(device, real)?;
    of(device, int)?;
    of(device, |i| i)?;
    of(device, |i| Vec2::from([real(i), real(i + 1)]))?;
    of(device, |i| Vec3::from([real(i), real(i + 1), real(i + 2)]))?;
    of(device, |i| Vec4::from([i, i + 1, i + 2, i + 3]))?;
    of(device, |i| Vec3::from([int(i), int(i + 1), int(i + 2)]))?;
    // Special values keep their bits.
    let special = [
        f32::INFINITY,
        f32::NEG_INFINITY,
        -0.0,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::NAN,
    ];
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&device.upload(&special)?.read()?), bits(&special));
    Ok(())
}

pub(super) fn new_buffers_are_zero(device: &Device) -> Outcome {
    for len in LENGTHS {
        assert!(device.zeros::<f32>(len)?.read()? == vec![0.0; len], "{len}");
        assert!(
            device.zeros::<Vec3<i32>>(len)?.read()? == vec![Vec3::default(); len],
            "{len}"
        );
    }
    Ok(())
}

pub(super) fn contents_of_another_length_are_refused(device: &Device) -> Outcome {
    let mut buffer = device.upload(&[1.0, 2.0])?;
    assert_eq!(
        message(buffer.write(&[1.0])),
        "1 elements do not fill a buffer of 2"
    );
    assert_eq!(buffer.read()?, [1.0, 2.0]);
    Ok(())
}

pub(super) fn too_large_buffers_are_refused(device: &Device) -> Outcome {
    let error = message(device.zeros::<f32>(1 << 33));
    assert_eq!(
        error,
        "a buffer of 8589934592 elements is more than kernels can index, which is 4294967295"
    );
    if let Some(limits) = device.limits() {
        let len = usize::try_from(limits.buffer_bytes / 16)? + 1;
        if u32::try_from(len).is_ok() {
            let (error, need) = (message(device.zeros::<Vec3<f32>>(len)), 16 * len);
            let (name, limit) = (device.name(), limits.buffer_bytes);
            assert_eq!(
                error,
                format!(
                    "a buffer of {len} elements of `Vec3<f32>` needs {need} bytes, and {name} allows {limit}"
                )
            );
        }
    }
    Ok(())
}
