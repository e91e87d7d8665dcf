//! Helpers that the test suite shares.

pub mod differential;
pub mod tools;

use hesper_shader::Device;
use std::collections::BTreeSet;
use std::env;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Says something once, past the test harness, which swallows what passing tests print.
pub fn tell(line: &str) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if TOLD
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(line.to_string())
    {
        // Nobody is listening where standard error is closed.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// The GPU of this process, or a software driver; where there is none, says that `what` is skipped and why.
///
/// # Panics
/// Without a GPU where `HESPER_REQUIRE_GPU` is set.
pub fn gpu(what: &str) -> Option<&'static Device> {
    static GPU: OnceLock<Result<Device, String>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| match Device::gpu() {
        Ok(device) => {
            tell(&format!(
                "tests run on the reference executor and on {}",
                device.name()
            ));
            Ok(device)
        }
        Err(error) => {
            tell("tests run on the reference executor");
            Err(error.to_string())
        }
    });
    match gpu {
        Ok(device) => Some(device),
        Err(error) if env::var_os("HESPER_REQUIRE_GPU").is_some() => panic!("{what}: {error}"),
        Err(error) => {
            let reason = error.lines().next().unwrap_or_default();
            tell(&format!("SKIPPED on a GPU: {what}: {reason}"));
            None
        }
    }
}
