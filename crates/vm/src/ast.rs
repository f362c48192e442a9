//! Trees as objects: what `compile()` takes and gives besides sources.

use objects::prelude::*;

use crate::compile::Request;

/// Compiles a tree object; none where the object is no tree.
pub fn compile_object(_source: &Object, _request: &Request<'_>) -> Result<Option<Ref>> {
    Ok(None)
}

/// Parses a source to a tree object.
pub fn parse_to_object(_source: &[u8], _request: &Request<'_>) -> Result<Ref> {
    Err(raise!(NotImplementedError, "compile() to an abstract syntax tree"))
}
