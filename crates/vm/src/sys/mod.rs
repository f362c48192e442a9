//! The module `sys`.

mod frames;
mod hooks;
mod info;
mod objects_of;
mod settings;

use objects::module::Module;
use objects::prelude::*;

pub use hooks::{
    NativeHook, add_native_hook, audit, display, is_audited, write_unraisable, write_unraisable_in_thread,
    write_unraisable_message,
};
pub use info::{VERSION, version};
pub use settings::apply as apply_config;

/// This module provides access to some objects used or maintained by the
/// interpreter and to functions that interact strongly with the interpreter.
#[module(
    name = "sys",
    include = [
        super::frames::functions::FRAMES,
        super::hooks::functions::HOOKS,
        super::objects_of::functions::OBJECTS,
        super::settings::functions::SETTINGS
    ]
)]
pub mod module {}

/// Makes the module, with all that does not depend on other modules.
pub fn create(modules: &Dict, config: &crate::config::Config) -> Result<Ref<Module>> {
    let module = module::DEFINITION.instantiate(intern!("sys"))?;
    let dict = module.dict();
    module.add("modules", modules.to_ref())?;
    info::add(&dict, config)?;
    hooks::add(&dict)?;
    settings::apply(&dict, config)?;
    Ok(module)
}
