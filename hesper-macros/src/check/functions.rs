//! Functions as parameters: `f: impl Fn(f32) -> f32`, and what is given for them, helpers and closures.

use super::{Checker, Returns};
use crate::ast::{Expr, Signature};
use crate::messages::Message;
use crate::scope::Binding;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{ExprClosure, ExprPath, Pat, PathArguments, ReturnType, TypeImplTrait, TypeParamBound};

impl Checker<'_> {
    /// The `Fn(A) -> B` of `impl Fn(A) -> B`.
    pub(super) fn signature(&mut self, ty: TypeImplTrait) -> Option<Signature> {
        let span = ty.impl_token.span;
        let mut bounds = ty.bounds.iter();
        let bound = match (bounds.next(), bounds.next()) {
            (Some(TypeParamBound::Trait(bound)), None) => bound.path.segments.last(),
            _ => None,
        };
        let arguments = bound.and_then(|segment| match &segment.arguments {
            PathArguments::Parenthesized(arguments) if segment.ident == "Fn" => Some(arguments),
            _ => None,
        });
        let Some(arguments) = arguments else {
            self.errors.push(ty, Message::FunctionParameter);
            return None;
        };
        let inputs = arguments
            .inputs
            .iter()
            .map(|input| self.ty(input.ty.clone()));
        Some(Signature {
            span,
            inputs: inputs.collect(),
            output: match &arguments.output {
                ReturnType::Default => None,
                ReturnType::Type(_, ty) => Some(self.value_ty((**ty).clone())),
            },
        })
    }

    /// Whether an argument names a function: one of this `shader!`, or in small letters something that the kernel does not bind.
    pub(super) fn is_helper(&self, path: &ExprPath) -> bool {
        let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none()) else {
            return false;
        };
        let name = last.ident.unraw().to_string();
        let bound = path.path.get_ident().and_then(|name| self.scope.find(name));
        bound.is_none()
            && (self.known.functions.contains(&name) || !name.starts_with(char::is_uppercase))
    }

    /// `|x, y| e`
    pub(super) fn closure(&mut self, e: &ExprClosure) -> Expr {
        let plain = e.asyncness.is_none() && e.constness.is_none() && e.lifetimes.is_none();
        if !plain {
            self.errors.push(e, Message::NotOffered);
        }
        self.scope.enter();
        let params = e.inputs.iter().filter_map(|pat| {
            let (pat, ty) = match pat {
                Pat::Type(typed) => (&*typed.pat, Some(self.value_ty((*typed.ty).clone()))),
                pat => (pat, None),
            };
            match pat {
                Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() => {
                    self.scope.bind(&pat.ident, Binding::Let);
                    Some((pat.ident.clone(), ty))
                }
                other => {
                    self.errors.push(other, Message::ParameterPattern);
                    None
                }
            }
        });
        let params = params.collect();
        let around = std::mem::take(&mut self.around);
        let returns = std::mem::replace(&mut self.returns, Returns::Closure);
        let body = self.boxed(&e.body);
        self.returns = returns;
        self.around = around;
        self.scope.leave();
        Expr::Closure {
            span: e.inputs_begin.span(),
            params,
            body,
        }
    }
}
