//! Calls: methods, builtin functions and helpers.

use super::Checker;
use super::place::{has_field, ident};
use crate::ast::{Expr, Place};
use crate::builtins::{self, Builtin};
use crate::elsewhere;
use crate::messages::Message;
use crate::methods;
use crate::scope::Binding;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{ExprCall, ExprMethodCall, GenericArgument, Path, Token};

type Args = Punctuated<syn::Expr, Token![,]>;

const SCALARS: &[&str] = &[
    "f32", "f64", "i32", "i64", "u32", "u64", "usize", "isize", "bool",
];

impl Checker<'_> {
    pub(super) fn method(&mut self, e: &ExprMethodCall) -> Expr {
        let name = &e.method;
        if let Some(expr) = self.buffer_method(e) {
            return expr;
        }
        if name == "len" && self.host_path(&e.receiver).is_some() {
            return Expr::Lift {
                span: name.span(),
                host: e.to_token_stream(),
            };
        }
        if let Some(expr) = self.field_length(e) {
            return expr;
        }
        if let Some(expr) = self.atomic(e) {
            return self.atomic_value(expr);
        }
        let receiver = Box::new(self.receiver(&e.receiver));
        if name == "round" {
            self.errors.push(name, Message::Round);
            return Expr::Broken;
        }
        if let Some(instead) = elsewhere::method(&name.unraw().to_string()) {
            self.errors
                .push_named(name, Message::MethodElsewhere, instead);
            return Expr::Broken;
        }
        if matches!(*receiver, Expr::Broken) {
            return Expr::Broken;
        }
        if !methods::is_known(&name.unraw().to_string()) {
            return self.unknown_method(name);
        }
        if name == "powi" {
            if let (Some(exponent), 1) = (e.args.first(), e.args.len()) {
                return Expr::Powi(receiver, name.clone(), exponent.clone());
            }
            self.errors.push_named(name, Message::ArgumentCount, "powi");
            return Expr::Broken;
        }
        let mut types = Vec::new();
        for argument in e.turbofish.iter().flat_map(|turbofish| &turbofish.args) {
            match argument {
                GenericArgument::Type(ty) => types.push(self.ty(ty.clone())),
                other => self.errors.push(other, Message::NotOffered),
            }
        }
        Expr::Method {
            receiver,
            name: name.clone(),
            types,
            args: self.args(&e.args),
        }
    }

    fn unknown_method(&mut self, name: &Ident) -> Expr {
        let text = name.unraw().to_string();
        let (message, name_or_near) = match methods::near(&text) {
            Some(near) => (Message::NearMethod, near),
            None => (Message::UnknownMethod, text.as_str()),
        };
        self.errors.push_named(name, message, name_or_near);
        Expr::Broken
    }

    /// What a method is called on: a reference stands for what it refers to.
    fn receiver(&mut self, e: &syn::Expr) -> Expr {
        match ident(e) {
            Some(name) if self.is_reference(name) => Expr::Read(Place::Name(name.clone())),
            _ => self.expr(e),
        }
    }

    /// `len()`, the one method of buffers; `None` where the receiver is a value.
    fn buffer_method(&mut self, e: &ExprMethodCall) -> Option<Expr> {
        let buffer = ident(&e.receiver)?;
        if !self.scope.find(buffer).is_some_and(Binding::is_indexable) {
            return None;
        }
        if e.method != "len" {
            let name = e.method.to_string();
            self.errors
                .push_named(&e.method, Message::BufferMethod, &name);
            return Some(Expr::Broken);
        }
        Some(Expr::Method {
            receiver: Box::new(Expr::Name(buffer.clone())),
            name: e.method.clone(),
            types: Vec::new(),
            args: self.args(&e.args),
        })
    }

    /// `s.field.len()` of an array in memory; `None` where the receiver is something else. What a field is, its declaration says.
    fn field_length(&mut self, e: &ExprMethodCall) -> Option<Expr> {
        let (_, binding) = self.root(&e.receiver)?;
        if e.method != "len" || !has_field(&e.receiver) || !binding.is_memory() {
            return None;
        }
        let place = self.place(&e.receiver);
        let args = self.args(&e.args);
        Some(place.map_or(Expr::Broken, |place| Expr::Method {
            receiver: Box::new(Expr::Lend(place)),
            name: e.method.clone(),
            types: Vec::new(),
            args,
        }))
    }

    pub(super) fn args(&mut self, args: &Args) -> Vec<Expr> {
        args.iter().map(|arg| self.expr(arg)).collect()
    }

    /// A call for its value.
    pub(super) fn call(&mut self, e: &ExprCall) -> Expr {
        match self.builtin(&e.func) {
            Some((name, Builtin::Barrier)) => {
                let text = name.to_string();
                self.errors.push_named(e, Message::BarrierValue, &text);
                Expr::Broken
            }
            _ => self.effect_call(e),
        }
    }

    /// A call that may yield nothing.
    pub(super) fn effect_call(&mut self, e: &ExprCall) -> Expr {
        if let Some((name, builtin)) = self.builtin(&e.func) {
            return match builtin {
                Builtin::Value | Builtin::Barrier => Expr::Recorder(name, self.args(&e.args)),
                Builtin::Math => Expr::Builtin(name, self.args(&e.args)),
                Builtin::Lane => self.lane(name, &e.args),
                Builtin::UniformLoad => self.uniform_load(name, e),
            };
        }
        match &*e.func {
            syn::Expr::Path(path) if path.qself.is_none() => self.path_call(e, &path.path),
            other => {
                self.errors.push(other, Message::CallOfValue);
                Expr::Broken
            }
        }
    }

    /// `subgroup_broadcast(value, LANE)`: the lane is the host's.
    fn lane(&mut self, name: Ident, args: &Args) -> Expr {
        let lane = |e: &syn::Expr, this: &mut Self| {
            let bound = ident(e).and_then(|name| this.scope.find(name));
            if bound.is_some_and(|b| !b.is_host() && b != Binding::Unknown) {
                this.errors.push(e, Message::Lane);
            }
            Expr::Host(e.clone())
        };
        let args = args.iter().enumerate().map(|(at, e)| match at {
            1 => lane(e, self),
            _ => self.expr(e),
        });
        let args = args.collect();
        Expr::Builtin(name, args)
    }

    /// `workgroup_uniform_load(place)`
    fn uniform_load(&mut self, name: Ident, e: &ExprCall) -> Expr {
        let place = match (e.args.first(), e.args.len()) {
            (Some(arg), 1) => {
                let root = self.root(arg).map(|(_, binding)| binding);
                if root == Some(Binding::Unknown) {
                    return Expr::Broken;
                }
                let whole = ident(arg).is_some();
                let fits = root.is_some_and(|b| b.is_workgroup() && !(whole && b.is_indexable()));
                fits.then(|| self.place(arg)).flatten()
            }
            _ => None,
        };
        match place {
            Some(place @ (Place::Name(_) | Place::At(..))) => Expr::UniformLoad(name, place),
            _ => {
                self.errors.push(e, Message::UniformLoadPlace);
                Expr::Broken
            }
        }
    }

    /// The builtin that a call names, unless a function of this `shader!` shadows it.
    fn builtin(&self, function: &syn::Expr) -> Option<(Ident, Builtin)> {
        let name = ident(function)?;
        let text = name.unraw().to_string();
        if self.known.functions.contains(&text) || self.scope.find(name).is_some() {
            return None;
        }
        Some((name.clone(), builtins::find(&text)?))
    }

    fn path_call(&mut self, e: &ExprCall, path: &Path) -> Expr {
        if let Some(name) = path.get_ident() {
            let text = name.unraw().to_string();
            if self.known.functions.contains(&text) {
                return self.helper(e, path);
            }
            if let Some(instead) = builtins::instead_of(&text) {
                self.errors.push_named(name, Message::WgslSpelling, instead);
                return Expr::Broken;
            }
            match self.scope.find(name) {
                Some(Binding::Unknown) => return Expr::Broken,
                Some(Binding::Function) => return Expr::Call(path.clone(), self.args(&e.args)),
                Some(_) => {
                    self.errors.push(name, Message::CallOfValue);
                    return Expr::Broken;
                }
                None => {}
            }
            if let Some(instead) = elsewhere::function(&text) {
                self.errors
                    .push_named(name, Message::FunctionElsewhere, instead);
                return Expr::Broken;
            }
        }
        if is_named(path, "workgroup") {
            self.errors.push(e, Message::WorkgroupPlace);
            return Expr::Broken;
        }
        match path.segments.first() {
            Some(first) if path.segments.len() == 2 => {
                let name = first.ident.to_string();
                if name == "f32" && last_is(path, "from_bits") {
                    return self.from_bits(e, path);
                }
                if SCALARS.contains(&name.as_str()) {
                    let function = path.segments.last().map(|s| s.ident.unraw().to_string());
                    if let Some(instead) = function.and_then(|name| elsewhere::method(&name)) {
                        self.errors
                            .push_named(path, Message::MethodElsewhere, instead);
                        return Expr::Broken;
                    }
                    let text = path.to_token_stream().to_string().replace(' ', "");
                    self.errors.push_named(path, Message::HostFunction, &text);
                    return Expr::Broken;
                }
                match name.as_str() {
                    "Vec2" | "Vec3" | "Vec4" => self.vector(e, path, &name),
                    _ => self.helper(e, path),
                }
            }
            _ => self.helper(e, path),
        }
    }

    /// `f32::from_bits(n)`, also of vectors.
    fn from_bits(&mut self, e: &ExprCall, path: &Path) -> Expr {
        let span = path
            .segments
            .last()
            .map_or(Span::call_site(), |s| s.ident.span());
        Expr::Builtin(Ident::new("from_bits", span), self.args(&e.args))
    }

    /// `Vec3::splat(x)`.
    fn vector(&mut self, e: &ExprCall, path: &Path, vector: &str) -> Expr {
        let Some(last) = path.segments.last() else {
            return Expr::Broken;
        };
        if last.ident != "splat" {
            let text = path.to_token_stream().to_string().replace(' ', "");
            self.errors.push_named(path, Message::VectorNew, &text);
            return Expr::Broken;
        }
        let name = vector.replace("Vec", "splat");
        Expr::Builtin(Ident::new(&name, last.ident.span()), self.args(&e.args))
    }

    fn helper(&mut self, e: &ExprCall, path: &Path) -> Expr {
        let args = e.args.iter().map(|arg| self.helper_arg(arg)).collect();
        self.lent_once(&e.args);
        Expr::Call(path.clone(), args)
    }
}

/// Whether a path ends so.
fn last_is(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|s| s.ident == name)
}

/// Whether the path is this single name, with or without generic arguments.
pub(super) fn is_named(path: &Path, name: &str) -> bool {
    let first = path.segments.first();
    path.segments.len() == 1 && first.is_some_and(|segment| segment.ident == name)
}
