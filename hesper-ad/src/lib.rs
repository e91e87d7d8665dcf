//! Specs, number domains for checking, verification, composition and the op catalogue.
#![forbid(unsafe_code)]
