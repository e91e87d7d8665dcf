//! Adam with decay in the gradient, composed.

use super::{AdamW, ScaledAdd};
use crate::error::OpError;
use crate::graph::{Composite, Graph};
use crate::sample::Sampling;

/// A step of Adam whose decay is a part of the gradient: a step of [`AdamW`] with `g + s·w` for the gradient, the constant `s` being the decay, and 1 for `keep`: what `Settings` of AdamW
/// yield without decay.
///
/// Kingma and Ba, "Adam: a method for stochastic optimization" (2015); as `torch.optim.Adam`. The decay goes through both moments, which AdamW's does not. Without decay it is AdamW.
pub type Adam = Composite<4, 3>;

/// [`Adam`].
///
/// # Errors
/// None, unless the ops it is made of do not fit together.
pub fn adam() -> Result<Adam, OpError> {
    let inputs: [(&str, &[&str]); 4] = [("w", &["n"]), ("g", &["n"]), ("m", &["n"]), ("v", &["n"])];
    Graph::new("Adam", inputs)
        .node(ScaledAdd, ["g", "w"], ["decayed"])
        .node(
            AdamW,
            ["w", "decayed", "m", "v"],
            ["new_w", "new_m", "new_v"],
        )
        .sampling(Sampling::default().uniform("s", 0.0, 0.25))
        .finish(["new_w", "new_m", "new_v"])
}
