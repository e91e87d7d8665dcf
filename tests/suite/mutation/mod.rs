//! Wrong variants of kernels, plans and specs: what is made, and which check refuses it.

mod study;
mod words;
