//! Stand-ins for functions with errors: the same names and signatures, so that callers stay quiet.

use super::Emit;
use super::expr::text;
use crate::ast::{Helper, Kernel};
use proc_macro2::TokenStream;
use quote::quote_spanned;

impl Emit<'_> {
    /// A kernel that is never valid.
    pub(super) fn kernel_stub(&self, kernel: &Kernel) -> TokenStream {
        let (head, runtime) = (self.head(kernel), self.runtime(self.site));
        let name = text(&kernel.function.name);
        quote_spanned! {self.site=>
            #[allow(unused_variables)]
            #head {
                #runtime::__private::invalid_kernel(#name)
            }
        }
    }

    /// A helper that cannot be run; the errors beside it keep it from being compiled.
    pub(super) fn helper_stub(&self, helper: &Helper) -> TokenStream {
        let head = self.helper_head(helper);
        quote_spanned! {self.site=>
            #[allow(unused_variables)]
            #head {
                ::core::unreachable!()
            }
        }
    }
}
