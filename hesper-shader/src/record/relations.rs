//! Relations between kernel types: which operators and methods accept which. They exist for rustc's error messages, which
//! name the relation's subject and point at the user's operator or name.

use super::float::Float;
use crate::shader_type::{Atomic, ScalarType, ShaderType, Single, Vec2, Vec3, Vec4};
use half::f16;

macro_rules! same_type_relations {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        pub trait $name<R>: ShaderType {}
        impl<T: ShaderType> $name<T> for T {}
    )*};
}

same_type_relations! {
    /// Both operands of a function are of one type.
    #[diagnostic::on_unimplemented(
        message = "expected another `{Self}` here, found `{R}`",
        label = "both must be of one type",
        note = "convert with `as`"
    )]
    SameTy;
    /// A value fits the place it is stored in.
    #[diagnostic::on_unimplemented(
        message = "cannot store `{R}` where `{Self}` is kept",
        label = "this place holds `{Self}`",
        note = "convert the value with `as`"
    )]
    StoreTy;
}

macro_rules! properties {
    ($($(#[$meta:meta])* $name:ident: $($ty:ident)*;)*) => {$(
        $(#[$meta])*
        pub trait $name: ShaderType {}
        $(impl $name for $ty {})*
        // One for all, so that vectors of a kernel's `T` have it too.
        impl<T: ScalarType + $name> $name for Vec2<T> {}
        impl<T: ScalarType + $name> $name for Vec3<T> {}
        impl<T: ScalarType + $name> $name for Vec4<T> {}
    )*};
}

properties! {
    /// `f32`, `f16` and their vectors.
    #[diagnostic::on_unimplemented(
        message = "this function is defined on `f32`, `f16` and their vectors, not on `{Self}`",
        label = "`{Self}` is not a float",
        note = "convert with `as f32`"
    )]
    FloatTy: f16 f32;
    /// Numbers and their vectors.
    #[diagnostic::on_unimplemented(
        message = "this function is defined on numbers, not on `{Self}`",
        label = "`{Self}` is not a number"
    )]
    NumericTy: f16 f32 i32 u32;
    /// Numbers with a sign, and their vectors.
    #[diagnostic::on_unimplemented(
        message = "this function is defined on `f32`, `f16` and `i32`, not on `{Self}`",
        label = "`{Self}` has no sign"
    )]
    SignedTy: f16 f32 i32;
    /// Integers and their vectors.
    #[diagnostic::on_unimplemented(
        message = "this function is defined on integers, not on `{Self}`",
        label = "`{Self}` is not an integer"
    )]
    IntegerTy: i32 u32;
    /// Types with `!x`, and their vectors.
    #[diagnostic::on_unimplemented(
        message = "cannot apply `!` to `{Self}`",
        label = "`!` needs `bool` or an integer"
    )]
    NotTy: bool i32 u32;
    /// Types with bit operators, and their vectors.
    #[diagnostic::on_unimplemented(
        message = "bit operators are defined on integers and `bool`, not on `{Self}`",
        label = "`{Self}` has no bits"
    )]
    BitsTy: bool i32 u32;
    /// Types that are shifted, and their vectors.
    #[diagnostic::on_unimplemented(
        message = "cannot shift `{Self}`",
        label = "only integers are shifted"
    )]
    ShiftedTy: i32 u32;
}

/// Memory that is read and changed in one step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not atomic",
    label = "only `Atomic<u32>`, `Atomic<i32>` and `Atomic<f32>` are"
)]
pub trait AtomicTy: Single {}

impl AtomicTy for Atomic<u32> {}
impl AtomicTy for Atomic<i32> {}
impl AtomicTy for Atomic<f32> {}

/// Atomics of integers, which have all operations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no such operation",
    label = "only `Atomic<u32>` and `Atomic<i32>` have",
    note = "`Atomic<f32>` has `load`, `store`, `swap`, `fetch_add`, `fetch_sub`, `fetch_max` and `fetch_min`"
)]
pub trait AtomicIntegerTy: AtomicTy {}

impl AtomicIntegerTy for Atomic<u32> {}
impl AtomicIntegerTy for Atomic<i32> {}

/// Types with `-x`.
#[diagnostic::on_unimplemented(message = "cannot negate `{Self}`", label = "`{Self}` has no `-`")]
pub trait NegTy: ShaderType {}

impl<T: SignedTy> NegTy for T {}

/// The condition of an `if`, `while`, `&&` or `||`.
#[diagnostic::on_unimplemented(
    message = "a condition is a `bool`, not `{Self}`",
    label = "`{Self}` is not a condition",
    note = "compare it: `x != 0`; of a vector of truth values take `all(v)` or `any(v)`"
)]
pub trait ConditionTy: ShaderType {}

impl ConditionTy for bool {}

/// The index of an array element.
#[diagnostic::on_unimplemented(
    message = "an index is a `u32`, not `{Self}`",
    label = "`{Self}` cannot index",
    note = "convert with `as u32`"
)]
pub trait IndexTy: ShaderType {}

impl IndexTy for u32 {}

macro_rules! comparisons {
    ($($(#[$meta:meta])* $name:ident: $($real:ident)*, $($ty:ident)*;)*) => {$(
        $(#[$meta])*
        pub trait $name<R>: ShaderType {
            /// A truth value for each component.
            type Truth: ShaderType;
        }
        $(impl $name<$real> for $real { type Truth = bool; })*
        $(
            impl $name<$ty> for $ty { type Truth = bool; }
            comparisons! { @vectors $name [] $ty Vec2 Vec3 Vec4 }
        )*
        comparisons! { @vectors $name [T: Float] T Vec2 Vec3 Vec4 }
    )*};
    (@vectors $name:ident $generics:tt $ty:ident $($vector:ident)*) => {
        $(comparisons! { @vector $name $generics $ty $vector })*
    };
    (@vector $name:ident [$($generic:tt)*] $ty:ident $vector:ident) => {
        impl<$($generic)*> $name<$vector<$ty>> for $vector<$ty> { type Truth = $vector<bool>; }
        impl<$($generic)*> $name<$ty> for $vector<$ty> { type Truth = $vector<bool>; }
        impl<$($generic)*> $name<$vector<$ty>> for $ty { type Truth = $vector<bool>; }
    };
}

comparisons! {
    /// Types with `==`: equal types, or a vector and its scalar.
    #[diagnostic::on_unimplemented(
        message = "cannot compare `{Self}` with `{R}`",
        label = "values of one type can be compared",
        note = "operands are of one type, or a vector and its scalar; convert with `as`"
    )]
    CompareTy: f16 f32, bool i32 u32;
    /// Types with `<`: equal types, or a vector and its scalar.
    #[diagnostic::on_unimplemented(
        message = "cannot compare `{Self}` with `{R}`",
        label = "numbers of one type can be ordered",
        note = "operands are of one type, or a vector and its scalar; convert with `as`"
    )]
    OrderTy: f16 f32, i32 u32;
}

/// Conversions with `as`.
#[diagnostic::on_unimplemented(
    message = "cannot cast `{Self}` to `{R}`",
    label = "no such `as`",
    note = "numbers cast to numbers, `bool` to numbers, vectors to vectors of the same size; for a truth value write `x != 0`"
)]
pub trait CastTy<R>: ShaderType {}

/// What numbers and truth values cast to.
#[diagnostic::on_unimplemented(
    message = "cannot cast to `{Self}`",
    label = "no such `as`",
    note = "numbers cast to numbers, `bool` to numbers, vectors to vectors of the same size; for a truth value write `x != 0`"
)]
pub trait CastTarget: ScalarType {}

macro_rules! casts {
    ($($from:ident)* => $($to:ident)*) => {
        $(impl CastTarget for $to {})*
        $(
            // One for all that it casts to, so that a kernel's `T` is among them.
            impl<R: CastTarget> CastTy<R> for $from {}
        )*
        casts! { @vectors Vec2 Vec3 Vec4 }
    };
    (@vectors $($vector:ident)*) => {$(
        impl<T: CastTy<f32> + ScalarType, R: CastTarget> CastTy<$vector<R>> for $vector<T> {}
        impl CastTy<$vector<bool>> for $vector<bool> {}
    )*};
}

casts! { f16 f32 i32 u32 bool => f16 f32 i32 u32 }

impl CastTy<bool> for bool {}

macro_rules! operators {
    ($($name:ident $verb:literal $first:literal $second:literal: $($ty:ident)*;)*) => {$(
        #[doc = concat!("Types one can ", $verb, ": equal types, or a vector and a scalar.")]
        #[diagnostic::on_unimplemented(
            message = $first,
            label = $second,
            note = "operands are of one type, or a vector and its scalar; convert with `as`"
        )]
        pub trait $name<R>: ShaderType {
            /// Type of the result.
            type Output: ShaderType;
        }
        // One impl for equal types, so that integers whose type is still open are taken for equal ones, as Rust takes them.
        impl<T: ArithmeticTy> $name<T> for T { type Output = T; }
        $(operators! { @vectors $name [] $ty Vec2 Vec3 Vec4 })*
        operators! { @vectors $name [T: Float] T Vec2 Vec3 Vec4 }
    )*};
    (@vectors $name:ident $generics:tt $ty:ident $($vector:ident)*) => {
        $(operators! { @vector $name $generics $ty $vector })*
    };
    (@vector $name:ident [$($generic:tt)*] $ty:ident $vector:ident) => {
        impl<$($generic)*> $name<$ty> for $vector<$ty> { type Output = $vector<$ty>; }
        impl<$($generic)*> $name<$vector<$ty>> for $ty { type Output = $vector<$ty>; }
    };
}

/// Types with `+`, `-`, `*`, `/` and `%`.
#[diagnostic::on_unimplemented(
    message = "arithmetic is defined on numbers, not on `{Self}`",
    label = "`{Self}` is not a number",
    note = "convert with `as`"
)]
pub trait ArithmeticTy: ShaderType {}

impl<T: NumericTy> ArithmeticTy for T {}

operators! {
    AddTy "add" "cannot add `{R}` to `{Self}`" "no `{Self} + {R}`": i32 u32;
    SubTy "subtract" "cannot subtract `{R}` from `{Self}`" "no `{Self} - {R}`": i32 u32;
    MulTy "multiply" "cannot multiply `{Self}` by `{R}`" "no `{Self} * {R}`": i32 u32;
    DivTy "divide" "cannot divide `{Self}` by `{R}`" "no `{Self} / {R}`": i32 u32;
    RemTy "take the remainder of" "cannot take the remainder of `{Self}` by `{R}`" "no `{Self} % {R}`": i32 u32;
}

/// Types with `&`, `|` and `^`: equal types, or a vector and its scalar. The result has the left side's type, so that a literal there learns its own.
#[diagnostic::on_unimplemented(
    message = "cannot apply a bit operator to `{Self}` and `{R}`",
    label = "both sides must be of one integer type, or both `bool`"
)]
pub trait BitTy<R>: ShaderType {}

macro_rules! bit_operators {
    ($($ty:ident)*) => {$(
        bit_operators! { @vectors $ty Vec2 Vec3 Vec4 }
    )*};
    (@vectors $ty:ident $($vector:ident)*) => {$(
        impl BitTy<$ty> for $vector<$ty> {}
    )*};
}

// One impl for equal types, so that a literal on either side learns its own.
impl<T: BitsTy> BitTy<T> for T {}
bit_operators! { bool i32 u32 }

/// Types with `<<` and `>>`: integers and their vectors, by one `u32`. There is no other amount, so that a literal is known to be one.
#[diagnostic::on_unimplemented(
    message = "cannot shift `{Self}` by `{R}`",
    label = "an integer is shifted by a `u32`"
)]
pub trait ShiftTy<R>: ShaderType {}

impl<T: ShiftedTy> ShiftTy<u32> for T {}

macro_rules! components {
    ($($trait:ident $letter:literal: $($vector:ident)*;)*) => {$(
        #[doc = concat!("Vectors with a component `", $letter, "`.")]
        #[diagnostic::on_unimplemented(
            message = "`{Self}` has no such component",
            label = "`{Self}` has no component with this name",
            note = "`Vec2` has `x y`, `Vec3` has `x y z`, `Vec4` has `x y z w`"
        )]
        pub trait $trait: ShaderType {
            /// Type of the component.
            type Component: ShaderType;
        }
        $(impl<T: crate::shader_type::ScalarType> $trait for $vector<T> { type Component = T; })*
    )*};
}

components! { HasX "x": Vec2 Vec3 Vec4; HasY "y": Vec2 Vec3 Vec4; HasZ "z": Vec3 Vec4; HasW "w": Vec4; }
