//! Values of the device.

use super::exp::Exp;
use super::recorder::Recorder;
use crate::shader_type::{ShaderType, Vec3};
use crate::tree::{BuiltinValue, ExprKind, Loc};

impl Recorder {
    fn builtin<T: ShaderType>(&self, value: BuiltinValue, loc: Loc) -> Exp<'_, T> {
        self.push_expr(ExprKind::BuiltinValue(value), loc)
    }

    /// Position in the grid of invocations.
    #[track_caller]
    pub fn global_invocation_id(&self) -> Exp<'_, Vec3<u32>> {
        self.builtin(BuiltinValue::GlobalInvocationId, Loc::caller())
    }

    /// Position in the workgroup.
    #[track_caller]
    pub fn local_invocation_id(&self) -> Exp<'_, Vec3<u32>> {
        self.builtin(BuiltinValue::LocalInvocationId, Loc::caller())
    }

    /// Position in the workgroup, flattened, x fastest.
    #[track_caller]
    pub fn local_invocation_index(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::LocalInvocationIndex, Loc::caller())
    }

    /// Position of the workgroup in the dispatch.
    #[track_caller]
    pub fn workgroup_id(&self) -> Exp<'_, Vec3<u32>> {
        self.builtin(BuiltinValue::WorkgroupId, Loc::caller())
    }

    /// Number of workgroups in the dispatch.
    #[track_caller]
    pub fn num_workgroups(&self) -> Exp<'_, Vec3<u32>> {
        self.builtin(BuiltinValue::NumWorkgroups, Loc::caller())
    }

    /// Position of the workgroup in the dispatch, flattened, x fastest; see [`Grid::workgroups`](crate::Grid::workgroups).
    #[track_caller]
    pub fn workgroup_index(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::WorkgroupIndex, Loc::caller())
    }

    /// Position of the invocation in the dispatch, flattened; see [`Grid::cover`](crate::Grid::cover).
    #[track_caller]
    pub fn global_index(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::GlobalIndex, Loc::caller())
    }

    /// Minus infinity, the identity of `max`.
    #[track_caller]
    pub fn neg_infinity(&self) -> Exp<'_, f32> {
        self.push_expr(ExprKind::NegInfinity, Loc::caller())
    }

    /// Position of the invocation in its subgroup, its lane. Workgroups are then of one dimension.
    #[track_caller]
    pub fn subgroup_invocation_id(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::SubgroupInvocationId, Loc::caller())
    }

    /// Lanes of a subgroup, also where not all of them hold an invocation.
    #[track_caller]
    pub fn subgroup_size(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::SubgroupSize, Loc::caller())
    }

    /// Position of the subgroup in the workgroup. Workgroups are then of one dimension.
    #[track_caller]
    pub fn subgroup_id(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::SubgroupId, Loc::caller())
    }

    /// Number of subgroups in the workgroup.
    #[track_caller]
    pub fn num_subgroups(&self) -> Exp<'_, u32> {
        self.builtin(BuiltinValue::NumSubgroups, Loc::caller())
    }
}
