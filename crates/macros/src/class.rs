//! `#[class]`: a type object from an `impl` block.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Error, Expr, ItemImpl, Result, Type};

use crate::attributes::{Options, documentation};
use crate::methods::{c_string, doc_with_signature};
use crate::signature::{Implied, Signature};
use crate::table::Table;

const KNOWN: &str = "name, symbol, static_, base, layout, flags, basicsize, itemsize, dealloc, dict_offset, weaklist_offset, \
                     vectorcall_offset, module, signature, include, slots, generic_getattro, generic_setattro";

/// What the attribute says.
struct Class {
    name: String,
    module: Option<String>,
    symbol: Option<String>,
    instance: TokenStream,
    base: Option<Expr>,
    layout: TokenStream,
    flags: Option<Expr>,
    basicsize: TokenStream,
    itemsize: TokenStream,
    dealloc: TokenStream,
    offsets: [TokenStream; 3],
    signature: Option<Signature>,
    include: Vec<Expr>,
    /// Slots with functions that stand elsewhere, the default attribute functions among them.
    slots: Vec<TokenStream>,
}

/// `SimpleNamespace` as `SIMPLE_NAMESPACE`.
fn constant_name(name: &str) -> String {
    let mut constant = String::new();
    for (index, c) in name.char_indices() {
        if c.is_uppercase() && index > 0 {
            constant.push('_');
        }
        constant.extend(c.to_uppercase());
    }
    constant
}

/// The slots that functions standing elsewhere fill.
pub fn slots(options: &mut Options) -> Result<Vec<TokenStream>> {
    let mut slots = Vec::new();
    if options.flag("generic_getattro") {
        slots.push(quote!(tp_getattro(::objects::protocol::generic_getattro)));
    }
    if options.flag("generic_setattro") {
        slots.push(quote!(tp_setattro(::objects::protocol::generic_setattro)));
    }
    for slot in options.list("slots")? {
        match &slot {
            Expr::Call(_) => slots.push(slot.into_token_stream()),
            _ => return Err(Error::new_spanned(slot, "a slot and its C function, as in tp_hash(function)")),
        }
    }
    Ok(slots)
}

impl Class {
    fn parse(mut options: Options, owner: &Type) -> Result<Class> {
        let span = options.span();
        let name = options
            .string("name")?
            .ok_or_else(|| Error::new(span, "say the type's name, as in #[class(name = \"list\")]"))?;
        let instance = match options.value("static_") {
            Some(path) => path.into_token_stream(),
            None => {
                let constant = constant_name(&owner.to_token_stream().to_string());
                let constant = format_ident!("{}", constant, span = Span::call_site());
                quote!(#constant)
            }
        };
        let or = |value: Option<Expr>, default: TokenStream| match value {
            Some(value) => value.into_token_stream(),
            None => default,
        };
        let signature = options.string("signature")?.map(|text| Signature::parse(&text)).transpose()?;
        let class = Class {
            name: name.value(),
            module: options.string("module")?.map(|module| module.value()),
            symbol: options.string("symbol")?.map(|symbol| symbol.value()),
            instance,
            base: options.value("base"),
            layout: or(options.value("layout"), quote!(::objects::Object)),
            flags: options.value("flags"),
            basicsize: or(options.value("basicsize"), quote!(::core::mem::size_of::<#owner>())),
            itemsize: or(options.value("itemsize"), quote!(0)),
            dealloc: or(options.value("dealloc"), quote!(::objects::memory::generic_dealloc::<#owner>)),
            offsets: ["dict_offset", "weaklist_offset", "vectorcall_offset"]
                .map(|name| or(options.value(name), quote!(0))),
            signature,
            include: options.list("include")?,
            slots: slots(&mut options)?,
        };
        options.finish(KNOWN)?;
        Ok(class)
    }

    /// The test for an instance: a bit of the type's flags where the type has one of its own.
    fn instance_test(&self) -> Option<TokenStream> {
        let flags = self.flags.as_ref()?.to_token_stream();
        let bit = flags.into_iter().find_map(|token| match token {
            proc_macro2::TokenTree::Ident(name) if name.to_string().ends_with("_SUBCLASS") => Some(name),
            _ => None,
        })?;
        Some(quote! {
            #[inline(always)]
            fn is_instance(object: &::objects::Object) -> bool {
                object.class().has_flags(::objects::type_object::flags::#bit)
            }
        })
    }
}

/// Expands the attribute.
pub fn class(options: TokenStream, mut block: ItemImpl) -> Result<TokenStream> {
    let owner = (*block.self_ty).clone();
    let class = Class::parse(syn::parse2(options)?, &owner)?;
    let doc = documentation(&block.attrs);
    let own = Table::take(&mut block, &class.name)?.expression()?;
    let span = Span::call_site();

    let Class { instance, layout, basicsize, itemsize, dealloc, include, slots, .. } = &class;
    let [dict_offset, weaklist_offset, vectorcall_offset] = &class.offsets;
    let full_name = match &class.module {
        Some(module) => format!("{module}.{}", class.name),
        None => class.name.clone(),
    };
    let c_name = c_string(&full_name, span)?;
    let doc_text =
        doc_with_signature(&class.name, class.signature.as_ref(), Implied::Nothing, doc.as_deref());
    let c_doc = match doc_text {
        Some(text) => {
            let literal = c_string(&text, span)?;
            quote!(::core::option::Option::Some(#literal))
        }
        None => quote!(::core::option::Option::None),
    };
    let base = match &class.base {
        Some(base) => quote!(::core::option::Option::Some(&#base)),
        None => quote!(::core::option::Option::None),
    };
    let flags = match &class.flags {
        Some(flags) => quote!({ use ::objects::type_object::flags::*; #flags }),
        None => quote!(0),
    };
    let export = class.symbol.as_ref().map(|symbol| quote!(#[unsafe(export_name = #symbol)]));
    let shown = format!("The type `{full_name}`.");
    let instance_test = class.instance_test();

    Ok(quote! {
        #block

        // SAFETY: the struct is #[repr(C)], begins with its base's layout, and the type object says its size.
        unsafe impl ::objects::Layout for #owner {
            #[inline(always)]
            fn class() -> &'static ::objects::Type {
                &#instance
            }
            #instance_test
        }

        impl ::core::ops::Deref for #owner {
            type Target = #layout;
            #[inline(always)]
            fn deref(&self) -> &#layout {
                &self.base
            }
        }

        #[doc = #shown]
        #export
        #[allow(non_upper_case_globals)]
        pub static #instance: ::objects::Type = {
            #[allow(unused_imports)]
            use ::objects::define::{self, Untraced as _};
            const TABLES: &[define::Table] = &[
                #own,
                define::Table { slots: &[#(define::SlotFunction::#slots),*], ..define::Table::EMPTY },
                #(#include),*
            ];
            static METHODS: [define::MethodDef; define::count_methods(TABLES) + 1] = define::methods(TABLES);
            static PROPERTIES: [define::GetSetDef; define::count_properties(TABLES) + 1] = define::properties(TABLES);
            static MEMBERS: [define::MemberDef; define::count_members(TABLES) + 1] = define::members(TABLES);
            static SUITES: define::Suites = define::suites(TABLES);
            define::class(define::Class {
                name: #c_name,
                doc: #c_doc,
                base: #base,
                flags: #flags,
                basicsize: #basicsize,
                itemsize: #itemsize,
                dict_offset: #dict_offset,
                weaklist_offset: #weaklist_offset,
                vectorcall_offset: #vectorcall_offset,
                dealloc: #dealloc,
                collection: define::Probe::<#owner>::COLLECTION,
                tables: TABLES,
                methods: &METHODS,
                properties: &PROPERTIES,
                members: &MEMBERS,
                suites: &SUITES,
            })
        };
    })
}
