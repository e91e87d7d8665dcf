//! Components of vectors by number: `v[i]`, read and assigned.
//!
//! A number that is known while recording names its component. Any other indexes a local array of the components, which
//! keeps it inside on every device, and on the reference executor tells where it is not.

use super::array::element;
use super::exp::Exp;
use super::memory::Place;
use super::recorder::Recorder;
use super::relations::{IndexTy, StoreTy};
use super::state::State;
use super::structure::{Assign, Indexed};
use crate::shader_type::{ScalarType, ShaderType, Vec2, Vec3, Vec4};
use crate::tree::{ExprId, ExprKind, Loc, LocalId, Step, StmtKind, Type};

/// Vectors, whose components have numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be indexed",
    label = "only buffers, arrays and vectors can"
)]
pub trait LanesTy: ShaderType {}

impl<T: ScalarType> LanesTy for Vec2<T> {}
impl<T: ScalarType> LanesTy for Vec3<T> {}
impl<T: ScalarType> LanesTy for Vec4<T> {}

/// The component of this number, from 0 for x.
impl<'m, T: LanesTy, I: IndexTy> Indexed<'m, I> for Exp<'m, T> {
    type Output = Exp<'m, T::Scalar>;

    fn element(self, index: Exp<'m, I>, loc: Loc) -> Exp<'m, T::Scalar> {
        let recorder = self.recorder;
        let (vector, index) = (recorder.own(self, loc), recorder.own(index, loc));
        let id = recorder.with(|s| match s.literal_u32(index) {
            Some(n) if n < T::TYPE.size.into() => component(s, vector, n, loc),
            _ => {
                let local = spread(s, vector, loc);
                s.load(element(local, index), T::TYPE.component(), loc)
            }
        });
        recorder.exp(id)
    }
}

/// The place of a component of a vector in memory, by its number.
pub struct Lane<'m, T> {
    vector: Place<'m, T>,
    index: Exp<'m, u32>,
}

impl<T> Clone for Lane<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lane<'_, T> {}

impl<'m, T: ShaderType> Place<'m, T> {
    /// The place of the component of this number.
    #[track_caller]
    pub fn at<I: IndexTy>(self, index: Exp<'m, I>) -> Lane<'m, T>
    where
        T: LanesTy,
    {
        Lane {
            vector: self,
            index: index.retype(),
        }
    }
}

impl<'m, T: LanesTy> Lane<'m, T> {
    /// Reads the component, here and now.
    #[track_caller]
    pub fn get(self) -> Exp<'m, T::Scalar> {
        self.vector.get().element(self.index, Loc::caller())
    }
}

/// A component that is known while recording is written alone. Any other is written with the whole vector, as WGSL lets a device do.
impl<'m, T: LanesTy, U: ShaderType> Assign<'m, Exp<'m, U>> for Lane<'m, T>
where
    T::Scalar: StoreTy<U>,
{
    fn assign(self, recorder: &'m Recorder, value: Exp<'m, U>, loc: Loc) {
        let value = recorder.own(value, loc);
        let Some(mut place) = self.vector.in_tree(recorder, loc) else {
            return;
        };
        let index = recorder.own(self.index, loc);
        recorder.with(|s| {
            let value = match s.literal_u32(index) {
                Some(n) if n < T::TYPE.size.into() => {
                    place.path.push(Step::Component(n as u8));
                    value
                }
                _ => {
                    let vector = s.load(place.clone(), T::TYPE, loc);
                    let changed = spread(s, vector, loc);
                    let component = element(changed, index);
                    s.push(
                        StmtKind::Store {
                            place: component,
                            value,
                        },
                        loc,
                    );
                    let parts = (0..T::TYPE.size.into()).map(|c| {
                        let at = s.u32(c, loc);
                        s.load(element(changed, at), T::TYPE.component(), loc)
                    });
                    let parts = parts.collect();
                    s.expr(ExprKind::Compose(parts), T::TYPE, loc)
                }
            };
            s.push(StmtKind::Store { place, value }, loc);
        });
    }
}

fn component(s: &mut State, vector: ExprId, n: u32, loc: Loc) -> ExprId {
    let ty = s.get(vector).map_or(Type::F32, |e| e.ty.component());
    s.expr(ExprKind::Component(vector, n as u8), ty, loc)
}

/// A local array of a vector's components, under the vector's name.
fn spread(s: &mut State, vector: ExprId, loc: Loc) -> LocalId {
    let known = s.get(vector);
    let name = known.and_then(|e| e.name.clone());
    let ty = known.map_or(Type::F32, |e| e.ty);
    let parts: Vec<ExprId> = (0..ty.size.into())
        .map(|c| component(s, vector, c, loc))
        .collect();
    let name = name.unwrap_or_else(|| "components".to_string());
    s.array_from(&name, &parts, ty.component(), loc)
}
