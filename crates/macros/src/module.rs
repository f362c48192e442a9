//! `#[module]`: a native module from a Rust one.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, ImplItemFn, Item, ItemConst, ItemFn, ItemMod, ItemStatic, Result};

use crate::attributes::{Options, documentation, drop_documentation, take};
use crate::methods::{self, Binding, c_string, conditions};

/// The entries of a module.
#[derive(Default)]
struct Contents {
    functions: Vec<TokenStream>,
    constants: Vec<TokenStream>,
    exec: Option<TokenStream>,
}

impl Contents {
    fn enter(&mut self, item: &mut Item) -> Result<()> {
        match item {
            Item::Fn(function) => self.enter_function(function),
            Item::Const(ItemConst { attrs, ident, .. }) | Item::Static(ItemStatic { attrs, ident, .. }) => {
                if let Some(attribute) = take(attrs, &["constant"]) {
                    let conditions = conditions(attrs);
                    let mut options = Options::of(&attribute)?;
                    let name = options.string("name")?.map_or_else(|| ident.to_string(), |name| name.value());
                    options.finish("name = \"..\"")?;
                    self.constants.push(quote! {
                        #(#conditions)*
                        module.add(#name, ::objects::IntoObject::into_object(#ident)?)?;
                    });
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter_function(&mut self, function: &mut ItemFn) -> Result<()> {
        let mut is_entry = false;
        while let Some(attribute) = take(&mut function.attrs, &["function", "exec"]) {
            is_entry = true;
            let options = Options::of(&attribute)?;
            if attribute.path().is_ident("function") {
                self.functions.push(methods::method(
                    None,
                    Binding::Module,
                    &as_associated(function),
                    options,
                )?);
                continue;
            }
            options.finish("nothing")?;
            let name = &function.sig.ident;
            if self.exec.replace(quote!(#name(module)?;)).is_some() {
                return Err(Error::new_spanned(attribute, "a module has one #[exec] function"));
            }
        }
        if is_entry {
            drop_documentation(&mut function.attrs);
        }
        Ok(())
    }
}

/// A free function in the form that methods have.
fn as_associated(function: &ItemFn) -> ImplItemFn {
    ImplItemFn {
        attrs: function.attrs.clone(),
        vis: function.vis.clone(),
        defaultness: None,
        sig: function.sig.clone(),
        block: (*function.block).clone(),
    }
}

/// Takes the attributes off a module's items and makes entries of them.
fn take_contents(items: &mut [Item]) -> Result<Contents> {
    let mut contents = Contents::default();
    let mut errors: Option<Error> = None;
    for item in items {
        if let Err(error) = contents.enter(item) {
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        }
    }
    errors.map_or(Ok(contents), Err)
}

/// `#[functions(NAME)]`: a named table of functions for `#[module(include = [part::NAME])]` elsewhere.
pub fn functions(options: TokenStream, mut module: ItemMod) -> Result<TokenStream> {
    let name: syn::Ident = syn::parse2(options)?;
    let Some((_, items)) = &mut module.content else {
        return Err(Error::new_spanned(&module.ident, "#[functions] goes on a module with its body here"));
    };
    let Contents { functions, constants, exec } = take_contents(items)?;
    if exec.is_some() || !constants.is_empty() {
        return Err(Error::new_spanned(&module.ident, "constants and #[exec] stand in the #[module] itself"));
    }
    items.push(syn::parse_quote! {
        pub const #name: ::objects::define::Table =
            ::objects::define::Table { methods: &[#(#functions),*], ..::objects::define::Table::EMPTY };
    });
    Ok(quote!(#module))
}

/// Expands the attribute.
pub fn module(options: TokenStream, mut module: ItemMod) -> Result<TokenStream> {
    let mut options: Options = syn::parse2(options)?;
    let name = options.string("name")?.map_or_else(|| module.ident.to_string(), |name| name.value());
    let doc = options.string("doc")?.map(|doc| doc.value()).or_else(|| documentation(&module.attrs));
    let classes = options.list("classes")?;
    let include = options.list("include")?;
    options.finish("name, doc, classes = [TYPE, ..], include = [other::FUNCTIONS, ..]")?;

    let Some((_, items)) = &mut module.content else {
        return Err(Error::new_spanned(&module.ident, "#[module] goes on a module with its body here"));
    };
    let contents = take_contents(items)?;

    let span = Span::call_site();
    let c_name = c_string(&name, span)?;
    let c_doc = match doc {
        Some(doc) => {
            let literal = c_string(&doc, span)?;
            quote!(::core::option::Option::Some(#literal))
        }
        None => quote!(::core::option::Option::None),
    };
    let Contents { functions, constants, exec } = contents;
    let shown = format!("The definition of the module `{name}`.");
    items.push(syn::parse_quote! {
        #[doc = #shown]
        pub static DEFINITION: ::objects::module::ModuleDef = {
            const TABLES: &[::objects::define::Table] = &[
                ::objects::define::Table { methods: &[#(#functions),*], ..::objects::define::Table::EMPTY }
                #(, #include)*
            ];
            static FUNCTIONS: [::objects::define::MethodDef; ::objects::define::count_methods(TABLES) + 1] =
                ::objects::define::methods(TABLES);

            fn __fill(module: &::objects::module::Module) -> ::objects::Result<()> {
                let _ = module;
                #(#constants)*
                #(module.add_type(&#classes)?;)*
                #exec
                ::core::result::Result::Ok(())
            }
            extern "C" fn __exec(module: &::objects::module::Module) -> ::core::ffi::c_int {
                ::objects::convert::IntoSlot::into_slot(__fill(module))
            }
            static SLOTS: [::objects::module::Slot; 2] =
                [::objects::module::Slot::exec(__exec), ::objects::module::Slot::END];

            ::objects::module::ModuleDef::new(#c_name, #c_doc, &FUNCTIONS, &SLOTS)
        };
    });
    items.push(syn::parse_quote! {
        /// The module's initialisation function, as the table of built-in modules has it (PEP 489).
        pub extern "C" fn initialize() -> ::objects::Result<::objects::Ref> {
            DEFINITION.initialize()
        }
    });
    Ok(quote!(#module))
}
