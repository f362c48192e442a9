//! `#[derive(Trace)]`: what the cycle collector sees of a structure.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Result};

/// Whether the field carries `#[trace(skip)]`.
fn is_skipped(field: &Field) -> Result<bool> {
    let mut skipped = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("trace")) {
        attribute.parse_nested_meta(|meta| match meta.path.is_ident("skip") {
            true => {
                skipped = true;
                Ok(())
            }
            false => Err(meta.error("the option here is `skip`")),
        })?;
    }
    Ok(skipped)
}

/// Expands the derive.
pub fn trace(input: DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "Trace is derived for structs"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "Trace is derived for structs with named fields"));
    };
    let mut names = Vec::new();
    for field in &fields.named {
        if !is_skipped(field)? {
            names.push(&field.ident);
        }
    }
    let owner = &input.ident;
    let (implementation, generics, conditions) = input.generics.split_for_impl();
    Ok(quote! {
        impl #implementation ::objects::memory::Trace for #owner #generics #conditions {
            fn trace(&self, visitor: &::objects::memory::Visitor) -> ::core::ops::ControlFlow<::core::ffi::c_int> {
                #(::objects::memory::Trace::trace(&self.#names, visitor)?;)*
                ::core::ops::ControlFlow::Continue(())
            }

            fn clear(&self) {
                #(::objects::memory::Trace::clear(&self.#names);)*
            }
        }
    })
}
