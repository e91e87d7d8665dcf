//! Structures that buffers of random kernels hold: of every layout that WGSL's rules tell apart.

use super::device::{Held, held};
use super::generate::Generator;
use super::sorts::Sort;
use hesper_shader::tree::{Access, Field, Param, ParamId, ParamKind, Scalar, Shape, Structured};
use hesper_shader::{Device, DeviceError, Element, Mat2x3, Memory, shader};

shader! {
    struct Mixed {
        flag: u32,
        at: Vec3<f32>,
        weight: f32,
        pair: Vec2<i32>,
    }

    struct Rows {
        head: Vec3<u32>,
        rows: [[f32; 3]; 2],
        last: i32,
    }

    struct Nested {
        small: f32,
        inner: [Mixed; 2],
        turn: Mat3<f32>,
    }

    struct Packed {
        x: Vec2<f32>,
        y: Vec4<f32>,
        z: u32,
    }
}

/// Makes a buffer of the leaves' components.
type Upload = fn(&Device, Vec<Memory<f32>>) -> Result<Box<dyn Held>, DeviceError>;

/// One of them.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    shape: fn() -> Shape,
    pub(crate) upload: Upload,
}

const fn kind<T: Element>() -> Kind {
    Kind {
        shape: T::shape,
        upload: held::<T>,
    }
}

const KINDS: &[Kind] = &[
    kind::<Mixed>(),
    kind::<Rows>(),
    kind::<Nested>(),
    kind::<Packed>(),
    kind::<[i32; 3]>(),
    kind::<Mat2x3<f32>>(),
];

/// The kind of a buffer of this shape.
pub(crate) fn of(shape: &Shape) -> Option<Kind> {
    KINDS.iter().copied().find(|kind| (kind.shape)() == *shape)
}

impl Generator<'_> {
    /// A buffer of some structure, each leaf a parameter.
    pub(crate) fn structured(&mut self, name: &str, access: Access) {
        let shape = (self.choices.pick(KINDS).shape)();
        let first = ParamId(self.tree.params.len() as u32);
        let buffer = self.tree.structured.len() as u32;
        let (name, loc) = (format!("{name}_{}x", first.0), self.tree.loc);
        let leaves = shape.leaves();
        for (leaf, part) in (0..).zip(&leaves) {
            let rough = part.ty.scalar == Scalar::F32 && self.choices.one_in(2);
            let element = part.ty;
            self.tree.params.push(Param {
                name: format!("{name}{}", part.name),
                loc,
                kind: ParamKind::Storage { element, access },
                any_order: None,
                field: Some(Field { buffer, leaf }),
            });
            self.buffers.push(Sort { ty: part.ty, rough });
        }
        self.tree.structured.push(Structured {
            name,
            loc,
            shape,
            single: false,
            first,
            leaves,
        });
    }

    /// The lengths of the arrays around a parameter, inside of one element.
    pub(crate) fn inner_dims(&self, param: ParamId) -> Vec<u32> {
        let field = self.tree.field(param);
        field.map(|(_, leaf)| leaf.dims.clone()).unwrap_or_default()
    }
}
