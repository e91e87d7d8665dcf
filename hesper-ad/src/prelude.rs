//! What an op author needs: `use hesper_ad::prelude::*;`.

pub use crate::run::{DeviceTensor, Inputs, RunError, Runner, Workspace};
pub use crate::{
    Certificate, Certificates, Composite, Context, DiffOp, Dims, Graph, Mask, Op, OpError, OpPlan,
    OpStep, Options, Plans, Real, Sampling, Signature, Target, Tensor, assert_verified, compose,
    shader,
};
pub use hesper_shader::tree::Type;
pub use hesper_shader::{
    Buffer, Device, DeviceError, DeviceKind, Error, Float, Grid, Kernel, Plan, PlanBuffers, Vec2,
    Vec3, Vec4, f16,
};
