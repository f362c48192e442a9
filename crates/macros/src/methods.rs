//! Entries of `tp_methods`, `tp_getset` and `tp_members`, and of a module's function table.

use std::ffi::CString;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Error, ImplItemConst, ImplItemFn, LitStr, Result, Type};

use crate::attributes::{Options, documentation};
use crate::parameters::{self, Call};
use crate::signature::{Implied, Kind, Signature};

/// What a method is bound to when it is called.
#[derive(Clone, Copy, PartialEq)]
pub enum Binding {
    Instance,
    Class,
    Static,
    Module,
}

impl Binding {
    fn implied(self) -> Implied {
        match self {
            Binding::Instance => Implied::Instance,
            Binding::Class => Implied::Type,
            Binding::Static => Implied::Nothing,
            Binding::Module => Implied::Module,
        }
    }

    fn receiver_type(self) -> TokenStream {
        match self {
            Binding::Instance | Binding::Module => quote!(&::objects::Object),
            Binding::Class => quote!(&::objects::Type),
            Binding::Static => quote!(::core::option::Option<&::objects::Object>),
        }
    }

    /// The Rust function's implied first argument.
    fn first(self, owner: Option<&Type>, passes_module: bool) -> Option<TokenStream> {
        match self {
            // SAFETY: descriptors check the receiver before a method's function is called.
            Binding::Instance => Some(quote!(unsafe { receiver.cast::<#owner>() })),
            Binding::Class => Some(quote!(receiver)),
            Binding::Static => None,
            // SAFETY: a module's functions are bound to the module.
            Binding::Module => {
                passes_module.then(|| quote!(unsafe { receiver.cast::<::objects::module::Module>() }))
            }
        }
    }

    fn flag(self) -> Option<TokenStream> {
        match self {
            Binding::Class => Some(quote!(CLASS)),
            Binding::Static => Some(quote!(STATIC)),
            Binding::Instance | Binding::Module => None,
        }
    }
}

/// A C string literal.
pub fn c_string(text: &str, span: Span) -> Result<Literal> {
    let text = CString::new(text).map_err(|_| Error::new(span, "a NUL character cannot stand here"))?;
    let mut literal = Literal::c_string(&text);
    literal.set_span(span);
    Ok(literal)
}

/// The conditions under which an item exists.
pub fn conditions(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// `__doc__` as C has it, the text signature in front of it.
pub fn doc_with_signature(
    name: &str,
    signature: Option<&Signature>,
    implied: Implied,
    doc: Option<&str>,
) -> Option<String> {
    match signature {
        Some(signature) => Some(format!("{name}{}\n--\n\n{}", signature.text(implied), doc.unwrap_or(""))),
        None => doc.map(str::to_owned),
    }
}

fn nullable(doc: Option<String>, span: Span) -> Result<TokenStream> {
    match doc {
        None => Ok(quote!(::core::option::Option::None)),
        Some(text) => {
            let literal = c_string(&text, span)?;
            Ok(quote!(::core::option::Option::Some(#literal)))
        }
    }
}

/// The Python name of an item: the option's, else its own.
fn python_name(options: &mut Options, own: &syn::Ident) -> Result<String> {
    let given = options.string("name")?.map(|name| name.value());
    Ok(given.unwrap_or_else(|| own.to_string().trim_start_matches("r#").to_owned()))
}

fn signature_of(function: &ImplItemFn, text: Option<&LitStr>, binding: Binding) -> Result<Signature> {
    match text {
        Some(text) => Signature::parse(text),
        None => {
            let implied = usize::from(matches!(binding, Binding::Instance | Binding::Class));
            match function.sig.inputs.len() > implied {
                true => Err(Error::new(
                    function.sig.inputs.span(),
                    "say the Python signature, as in #[method(\"(key, default=None, /)\")]",
                )),
                false => Ok(Signature::default()),
            }
        }
    }
}

/// How C calls a method's function: flags, parameters after the receiver, body.
struct Convention {
    flags: TokenStream,
    parameters: TokenStream,
    body: TokenStream,
}

/// The convention that Argument Clinic would choose for the signature.
fn convention(call: &Call, first: Option<TokenStream>) -> Result<Convention> {
    let signature = call.signature;
    // SAFETY (of the generated blocks): the caller passes as many arguments as it says.
    if signature.parameters.is_empty() {
        return Ok(Convention {
            flags: quote!(NOARGS),
            parameters: quote!(_: ::core::option::Option<&::objects::Object>),
            body: parameters::call_without(call, first)?,
        });
    }
    if let ([parameter], true) = (&signature.parameters[..], signature.is_positional_only())
        && parameter.kind == Kind::PositionalOnly
        && parameter.default.is_none()
        && !call.is_parsed
    {
        return Ok(Convention {
            flags: quote!(O),
            parameters: quote!(argument: &::objects::Object),
            body: parameters::call_with_one(call, first)?,
        });
    }
    if signature.is_positional_only() {
        let body = parameters::call_with_slice(call, first)?;
        return Ok(Convention {
            flags: quote!(FASTCALL),
            parameters: quote!(arguments: *const &::objects::Object, count: ::core::primitive::isize),
            body: quote! { let arguments = unsafe { ::objects::arguments::slice(arguments, count) }; #body },
        });
    }
    let body = parameters::call_with_vector(call, first)?;
    Ok(Convention {
        flags: quote!(FASTCALL | KEYWORDS),
        parameters: quote!(
            arguments: *const &::objects::Object,
            count: ::core::primitive::isize,
            names: ::core::option::Option<&::objects::Tuple>
        ),
        body: quote! {
            let arguments = unsafe { ::objects::arguments::vector(arguments, count, names) };
            #body
        },
    })
}

/// The old convention, for functions that want the tuple itself.
fn varargs(call: &Call, first: Option<TokenStream>) -> Result<Convention> {
    let given = call.function.sig.inputs.len() - usize::from(first.is_some());
    let path = call.path();
    let first = first.into_iter();
    match given {
        1 => Ok(Convention {
            flags: quote!(VARARGS),
            parameters: quote!(arguments: &::objects::Tuple),
            body: quote!(::objects::IntoObject::into_object(#path(#(#first,)* arguments))),
        }),
        2 => Ok(Convention {
            flags: quote!(VARARGS | KEYWORDS),
            parameters: quote!(arguments: &::objects::Tuple, keywords: ::core::option::Option<&::objects::Dict>),
            body: quote!(::objects::IntoObject::into_object(#path(#(#first,)* arguments, keywords))),
        }),
        _ => Err(Error::new(
            call.function.sig.inputs.span(),
            "with `varargs` the arguments are a &Tuple, and an Option<&Dict> where keywords are taken",
        )),
    }
}

/// A `MethodDef` for a function.
pub fn method(
    owner: Option<&Type>,
    binding: Binding,
    function: &ImplItemFn,
    mut options: Options,
) -> Result<TokenStream> {
    let text = options.text();
    let name = python_name(&mut options, &function.sig.ident)?;
    let (is_varargs, coexist) = (options.flag("varargs"), options.flag("coexist"));
    let is_parsed = options.flag("getargs");
    // Told of keywords, it names itself as CPython's does, which is called with a tuple.
    let takes_tuple = options.flag("takes_tuple") || is_parsed;
    let guard = options.value("guard");
    let has_text_signature = !options.flag("no_text_signature") && !is_parsed;
    let told = options.string("told")?.map(|told| told.value());
    let told_name = if options.flag("nameless") { "" } else { told.as_deref().unwrap_or(&name) };
    let text_signature = options.string("text_signature")?.as_ref().map(Signature::parse).transpose()?;
    options.finish(
        "\"(signature)\", name = \"..\", varargs, coexist, no_text_signature, getargs, takes_tuple, nameless, told = \"..\", guard = .., text_signature = \"..\"",
    )?;

    if binding == Binding::Instance && function.sig.receiver().is_none() {
        return Err(Error::new(
            function.sig.span(),
            "a method takes &self; see #[classmethod] and #[staticmethod]",
        ));
    }
    let signature = match (is_varargs, &text) {
        (true, None) => None,
        _ => Some(signature_of(function, text.as_ref(), binding)?),
    };
    let span = function.sig.ident.span();
    let doc = documentation(&function.attrs);
    let shown = text_signature.as_ref().or(signature.as_ref()).filter(|_| has_text_signature);
    let doc = nullable(doc_with_signature(&name, shown, binding.implied(), doc.as_deref()), span)?;

    let signature = signature.unwrap_or_default();
    let passes_module = binding == Binding::Module
        && match is_varargs {
            true => matches!(function.sig.inputs.len(), 3),
            false => function.sig.inputs.len() == signature.parameters.len() + 1,
        };
    let call = Call { owner, function, name: told_name, signature: &signature, is_parsed };
    let first = binding.first(owner, passes_module);
    // What has to hold before anything looks at the arguments.
    let guard = guard.map(|guard| quote!(<#owner>::#guard(#first)?;));
    let Convention { flags, parameters, body } = match is_varargs {
        true => varargs(&call, first)?,
        false => convention(&call, first)?,
    };
    let extra = binding.flag().into_iter().chain(coexist.then(|| quote!(COEXIST)));
    let extra = extra.chain(takes_tuple.then(|| quote!(PARSED)));
    let receiver = binding.receiver_type();
    let c_name = c_string(&name, span)?;
    let conditions = conditions(&function.attrs);
    Ok(quote! {
        #(#conditions)*
        ::objects::define::method(
            #c_name,
            {
                extern "C" fn adapter(receiver: #receiver, #parameters) -> ::objects::Result<::objects::Ref> {
                    let _ = receiver;
                    #guard
                    #body
                }
                adapter as *const ::core::ffi::c_void
            },
            { use ::objects::define::method_flags::*; #flags #(| #extra)* },
            #doc,
        )
    })
}

/// A computed attribute: its getter, its setter, or both under one name.
#[derive(Default)]
pub struct Property {
    pub name: String,
    doc: Option<String>,
    span: Option<Span>,
    get: Option<TokenStream>,
    set: Option<TokenStream>,
}

impl Property {
    /// The `GetSetDef`.
    pub fn entry(&self) -> Result<TokenStream> {
        let span = self.span.unwrap_or_else(Span::call_site);
        let name = c_string(&self.name, span)?;
        let doc = nullable(self.doc.clone(), span)?;
        let optional = |function: &Option<TokenStream>| match function {
            Some(function) => quote!(::core::option::Option::Some(#function)),
            None => quote!(::core::option::Option::None),
        };
        let (get, set) = (optional(&self.get), optional(&self.set));
        Ok(quote!(::objects::define::property(#name, #get, #set, #doc)))
    }
}

/// Enters a getter or a setter under its attribute's name.
pub fn accessor(
    owner: &Type,
    properties: &mut Vec<Property>,
    function: &ImplItemFn,
    mut options: Options,
    is_setter: bool,
) -> Result<()> {
    let own = python_name(&mut options, &function.sig.ident)?;
    options.finish("name = \"..\"")?;
    let name = match is_setter {
        true => own.strip_prefix("set_").unwrap_or(&own).to_owned(),
        false => own,
    };
    let index = properties.iter().position(|property| property.name == name).unwrap_or_else(|| {
        properties.push(Property { name, ..Property::default() });
        properties.len() - 1
    });
    let property = &mut properties[index];
    property.span = Some(function.sig.ident.span());
    property.doc = property.doc.take().or_else(|| documentation(&function.attrs));
    let method = &function.sig.ident;
    let wanted = 1 + usize::from(is_setter);
    if function.sig.receiver().is_none() || function.sig.inputs.len() != wanted {
        let usage = match is_setter {
            true => "a setter is fn(&self, value: Option<&Object>) -> Result<()>; None is a deletion",
            false => "a getter is fn(&self) -> an object (any IntoObject, or a Result of one)",
        };
        return Err(Error::new(function.sig.span(), usage));
    }
    // SAFETY (of the generated blocks): descriptors check the receiver first.
    match is_setter {
        true => {
            property.set = Some(quote!({
                unsafe extern "C" fn adapter(
                    receiver: &::objects::Object,
                    value: ::core::option::Option<&::objects::Object>,
                    _: *mut ::core::ffi::c_void,
                ) -> ::core::ffi::c_int {
                    ::objects::convert::IntoSlot::into_slot(<#owner>::#method(unsafe { receiver.cast::<#owner>() }, value))
                }
                adapter
            }));
        }
        false => {
            property.get = Some(quote!({
                unsafe extern "C" fn adapter(
                    receiver: &::objects::Object,
                    _: *mut ::core::ffi::c_void,
                ) -> ::objects::Result<::objects::Ref> {
                    ::objects::IntoObject::into_object(<#owner>::#method(unsafe { receiver.cast::<#owner>() }))
                }
                adapter
            }));
        }
    }
    Ok(())
}

/// A `MemberDef` from a constant that holds the field's offset.
pub fn member(constant: &ImplItemConst, mut options: Options) -> Result<TokenStream> {
    let name = python_name(&mut options, &constant.ident)?;
    let readonly = options.flag("readonly");
    let restricted = options.flag("read_restricted");
    let kind = options.any_flag().ok_or_else(|| {
        Error::new(options.span(), "name the field's kind, as in #[member(OBJECT, readonly)]")
    })?;
    options.finish("the kind (OBJECT, OBJECT_EX, INT, ..), readonly, read_restricted, name = \"..\"")?;
    let span = constant.ident.span();
    let name = c_string(&name, span)?;
    let doc = nullable(documentation(&constant.attrs), span)?;
    let offset = &constant.expr;
    let flags = i32::from(readonly) | i32::from(restricted) << 1;
    let kind = format_ident!("{}", kind);
    Ok(quote! {
        ::objects::define::member(#name, ::objects::define::member_kind::#kind, #offset, #flags, #doc)
    })
}
