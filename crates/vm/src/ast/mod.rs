//! Trees as objects: the module `_ast`, and what `compile()` takes and gives besides sources.

mod classes;
mod export;
mod import;
mod node;

use objects::prelude::*;
use syntax::Mode;
use syntax::ast::Mod;

use crate::compile::{self, Request, flags};
pub use classes::Classes;

/// Compiles a tree object; none where the object is no tree.
pub fn compile_object(source: &Object, request: &Request<'_>) -> Result<Option<Ref>> {
    // Without the classes there is no instance of them.
    let Some(classes) = Classes::made() else { return Ok(None) };
    if !source.is_instance(classes.base())? {
        return Ok(None);
    }
    if request.flags & flags::ONLY_AST != 0 {
        return Ok(Some(source.to_ref()));
    }
    (objects::services::get().audit)("compile", &[source, none_object()])?;
    let expected = match request.mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
        Mode::FunctionType => "FunctionType",
    };
    if !source.is_instance(classes.class(expected))? {
        bail!(TypeError, "expected {expected} node, got {}", source.class().bare_name());
    }
    let mut module = Mod::from_source(&mut import::Importer::new(classes), source.to_ref())?;
    compile::validate(&module, request)?;
    Ok(Some(compile::compile_tree(&mut module, request)?.into_object()))
}

/// Parses a source to a tree object.
pub fn parse_to_object(source: &[u8], request: &Request<'_>) -> Result<Ref> {
    let parsed = compile::parse(source, request)?;
    parsed.module.to_sink(&mut export::Exporter::new(Classes::get()?))
}

#[module(name = "_ast")]
pub mod module {
    use super::*;
    use crate::compile::flags;

    #[exec]
    fn exec(module: &objects::module::Module) -> Result<()> {
        let classes = Classes::get()?;
        module.add("AST", classes.base().to_ref())?;
        module.add("PyCF_ALLOW_TOP_LEVEL_AWAIT", flags::ALLOW_TOP_LEVEL_AWAIT)?;
        module.add("PyCF_ONLY_AST", flags::ONLY_AST)?;
        module.add("PyCF_TYPE_COMMENTS", flags::TYPE_COMMENTS)?;
        for (name, class) in classes.all() {
            module.add(name, class.to_ref())?;
        }
        Ok(())
    }
}
