//! What a value of several parts is made of, by the names under which its parts are parameters.

use super::Shape;
use crate::tree::{Scalar, Type};

/// What the components of a vector are called.
const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

impl Shape {
    /// The scalars and vectors of a value in order, with the way to each: `.velocity`, `.rows.2`; empty where the shape is one itself.
    pub fn values(&self) -> Vec<(String, Type)> {
        let mut values = Vec::new();
        self.each_value("", &mut values);
        values
    }

    /// The scalars of a value in order, with the way to each: `.velocity.x`.
    pub fn scalars(&self) -> Vec<(String, Scalar)> {
        let values = self.values().into_iter();
        values.flat_map(|(way, ty)| scalars(&way, ty)).collect()
    }

    fn each_value(&self, way: &str, values: &mut Vec<(String, Type)>) {
        match self {
            Shape::Value(ty) | Shape::Atomic(ty) => values.push((way.to_string(), *ty)),
            Shape::Array(element, length) => {
                (0..*length).for_each(|n| element.each_value(&format!("{way}.{n}"), values));
            }
            // No value has one.
            Shape::Tail(_) => {}
            Shape::Structure(structure) => {
                for (field, shape) in &structure.fields {
                    shape.each_value(&format!("{way}.{field}"), values);
                }
            }
        }
    }
}

/// The scalars of one value, which a way leads to.
pub(crate) fn scalars(way: &str, ty: Type) -> Vec<(String, Scalar)> {
    if ty.is_scalar() {
        return vec![(way.to_string(), ty.scalar)];
    }
    let components = COMPONENTS.into_iter().take(ty.size.into());
    let named = components.map(|c| (format!("{way}.{c}"), ty.scalar));
    named.collect()
}
