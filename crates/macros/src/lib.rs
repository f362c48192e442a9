#![doc = include_str!("../README.md")]

mod attributes;
mod class;
mod methods;
mod module;
mod parameters;
mod signature;
mod slots;
mod table;
mod trace;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{Error, Item, parse_macro_input};

fn expand(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(Error::into_compile_error).into()
}

/// Makes a type object of an `impl` block: see the crate's documentation.
#[proc_macro_attribute]
pub fn class(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item);
    expand(class::class(options.into(), item))
}

/// Makes a named table of an `impl` block, for the `include` of a type's `#[class]` elsewhere.
#[proc_macro_attribute]
pub fn methods(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item);
    expand(table::partial(options.into(), item))
}

/// Makes a native module of a Rust one: see the crate's documentation.
#[proc_macro_attribute]
pub fn module(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as Item);
    expand(match item {
        Item::Mod(item) => module::module(options.into(), item),
        other => Err(Error::new_spanned(other, "#[module] goes on `mod name { .. }`")),
    })
}

/// Makes a named table of the functions of a Rust module, for the `include` of a `#[module]` elsewhere.
#[proc_macro_attribute]
pub fn functions(options: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as Item);
    expand(match item {
        Item::Mod(item) => module::functions(options.into(), item),
        other => Err(Error::new_spanned(other, "#[functions] goes on `mod name { .. }`")),
    })
}

/// Derives what the cycle collector asks of a structure; `#[trace(skip)]` leaves a field out.
#[proc_macro_derive(Trace, attributes(trace))]
pub fn trace(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item);
    expand(trace::trace(item))
}
