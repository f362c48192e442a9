//! What an `impl` block contributes to a type: its slots, methods, computed attributes and members.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ImplItem, ItemImpl, Result, Type};

use crate::attributes::{Options, documentation, drop_documentation, take};
use crate::class;
use crate::methods::{self, Binding, Property};
use crate::slots;

/// The attributes that this module takes off the items of a block.
const ATTRIBUTES: &[&str] = &["slot", "method", "classmethod", "staticmethod", "getter", "setter", "member"];

/// The entries of one block.
#[derive(Default)]
pub struct Table {
    slots: Vec<TokenStream>,
    methods: Vec<TokenStream>,
    properties: Vec<Property>,
    members: Vec<TokenStream>,
}

impl Table {
    /// Takes the attributes off a block's items and makes entries of them. Constants that are members leave the block.
    pub fn take(block: &mut ItemImpl, class_name: &str) -> Result<Table> {
        if let Some((_, path, _)) = &block.trait_ {
            return Err(Error::new_spanned(path, "this attribute goes on an inherent impl block"));
        }
        let owner = (*block.self_ty).clone();
        drop_documentation(&mut block.attrs);
        let mut table = Table::default();
        let mut errors: Option<Error> = None;
        block.items.retain_mut(|item| {
            let kept = !matches!(item, ImplItem::Const(constant) if constant.attrs.iter().any(|a| a.path().is_ident("member")));
            if let Err(error) = table.enter(&owner, class_name, item) {
                match &mut errors {
                    Some(errors) => errors.combine(error),
                    None => errors = Some(error),
                }
            }
            kept
        });
        match errors {
            Some(errors) => Err(errors),
            None => Ok(table),
        }
    }

    fn enter(&mut self, owner: &Type, class_name: &str, item: &mut ImplItem) -> Result<()> {
        match item {
            ImplItem::Fn(function) => {
                let mut is_entry = false;
                while let Some(attribute) = take(&mut function.attrs, ATTRIBUTES) {
                    is_entry = true;
                    let options = Options::of(&attribute)?;
                    let kind = attribute.path().require_ident()?.to_string();
                    match kind.as_str() {
                        "slot" => self.slots.push(slots::slot(owner, class_name, function, options)?),
                        "method" => self.methods.push(methods::method(
                            Some(owner),
                            Binding::Instance,
                            function,
                            options,
                        )?),
                        "classmethod" => self.methods.push(methods::method(
                            Some(owner),
                            Binding::Class,
                            function,
                            options,
                        )?),
                        "staticmethod" => self.methods.push(methods::method(
                            Some(owner),
                            Binding::Static,
                            function,
                            options,
                        )?),
                        "getter" => methods::accessor(owner, &mut self.properties, function, options, false)?,
                        "setter" => methods::accessor(owner, &mut self.properties, function, options, true)?,
                        _ => {
                            return Err(Error::new_spanned(
                                attribute,
                                "a member is a constant: its field's offset",
                            ));
                        }
                    }
                }
                if is_entry {
                    drop_documentation(&mut function.attrs);
                }
                Ok(())
            }
            ImplItem::Const(constant) => {
                while let Some(attribute) = take(&mut constant.attrs, ATTRIBUTES) {
                    if !attribute.path().is_ident("member") {
                        return Err(Error::new_spanned(attribute, "this attribute goes on a function"));
                    }
                    self.members.push(methods::member(constant, Options::of(&attribute)?)?);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The `define::Table`.
    pub fn expression(&self) -> Result<TokenStream> {
        let Table { slots, methods, members, .. } = self;
        let properties = self.properties.iter().map(Property::entry).collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            ::objects::define::Table {
                slots: &[#(#slots),*],
                methods: &[#(#methods),*],
                properties: &[#(#properties),*],
                members: &[#(#members),*],
            }
        })
    }
}

/// `#[methods(NAME)]`: a named table for `#[class(include = [NAME])]` of a type in another file.
pub fn partial(options: TokenStream, mut block: ItemImpl) -> Result<TokenStream> {
    let mut options: Options = syn::parse2(options)?;
    let span = options.span();
    let name =
        options.any_flag().ok_or_else(|| Error::new(span, "name the table, as in #[methods(SEARCHING)]"))?;
    let class_name = options.string("class")?.map(|name| name.value()).unwrap_or_default();
    let slots = class::slots(&mut options)?;
    options.finish(
        "the table's name, class = \"..\" (the type's name in messages of tp_new, tp_init and tp_call), slots, \
         generic_getattro, generic_setattro",
    )?;
    let doc = documentation(&block.attrs);
    let mut table = Table::take(&mut block, &class_name)?;
    table.slots.extend(slots.iter().map(|slot| quote!(::objects::define::SlotFunction::#slot)));
    let table = table.expression()?;
    let doc = doc.map(|doc| quote!(#[doc = #doc]));
    Ok(quote! {
        #block
        #doc
        pub(crate) const #name: ::objects::define::Table = #table;
    })
}
