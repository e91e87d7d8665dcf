//! Asking an op for its plan.

use super::{Op, checked_signature};
use crate::dims::Dims;
use crate::error::OpError;
use crate::op_plan::{OpPlan, Plans};
use hesper_shader::Role;

impl Plans {
    /// The plans of an op for these sizes.
    ///
    /// # Errors
    /// Where the op makes no sense, a kernel is wrong or does not fit it, or a result is never written.
    pub fn of(op: &dyn Op, dims: &Dims) -> Result<Plans, OpError> {
        op_plan(op, dims)?.build(Role::Output)
    }
}

/// The op's own plan, its names not yet resolved.
pub(crate) fn op_plan(op: &dyn Op, dims: &Dims) -> Result<OpPlan, OpError> {
    let mut plan = OpPlan::new(checked_signature(op)?, dims.clone());
    op.plan(&mut plan)?;
    Ok(plan)
}
