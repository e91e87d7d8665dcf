//! The proofs in `hesper-ad/proofs` are about what the recorder records, and hold where Coq is there to check them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tests::tell;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../hesper-ad/proofs")
}

#[test]
fn the_tapes_in_the_proofs_are_those_that_are_recorded() {
    let recorded = hesper_ad::proofs::recorded().unwrap();
    let file = folder().join("Recorded.v");
    if env::var_os("HESPER_UPDATE").is_some() {
        fs::write(&file, &recorded).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        recorded == kept,
        "hesper-ad/proofs/Recorded.v is not what is recorded now; HESPER_UPDATE=1 writes it anew, and the proofs have to hold for it"
    );
}
