//! What the classic criteria say of every wrong variant, beside the exact check.
