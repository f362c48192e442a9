//! Argument parsing: from what the interpreter passes to the parameters of a Rust function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ImplItemFn, Result, Type};

use crate::signature::{Kind, Parameter, Signature};

/// A Rust function with a Python signature.
pub struct Call<'a> {
    /// The type whose associated function it is; none for a free function.
    pub owner: Option<&'a Type>,
    pub function: &'a ImplItemFn,
    /// The name that messages use.
    pub name: &'a str,
    pub signature: &'a Signature,
    /// Whether a wrong number of arguments is told of as `PyArg_ParseTuple` does.
    pub is_parsed: bool,
}

/// Whether a Rust type is written `Option<..>`.
fn is_option(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Option"))
}

impl Call<'_> {
    /// The types of the parameters that the signature describes: all but the first `implied` ones.
    fn types(&self, implied: usize) -> Result<Vec<&Type>> {
        let inputs = &self.function.sig.inputs;
        let types: Vec<&Type> = inputs
            .iter()
            .skip(implied)
            .filter_map(|input| match input {
                FnArg::Typed(typed) => Some(&*typed.ty),
                FnArg::Receiver(_) => None,
            })
            .collect();
        let wanted = self.signature.parameters.len();
        if types.len() != wanted {
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!(
                "the signature has {wanted} parameter{plural}, the function {} besides the receiver",
                types.len()
            );
            return Err(Error::new(self.function.sig.inputs.span(), message));
        }
        Ok(types)
    }

    /// What makes the description of its parameters and of their places.
    fn constructor(&self) -> TokenStream {
        if self.is_parsed { quote!(parsed) } else { quote!(new) }
    }

    pub fn path(&self) -> TokenStream {
        let name = &self.function.sig.ident;
        match self.owner {
            Some(owner) => quote!(<#owner>::#name),
            None => quote!(#name),
        }
    }

    /// The call of the Rust function, its result as an object.
    fn invoke(&self, first: &Option<TokenStream>, arguments: &[TokenStream]) -> TokenStream {
        let path = self.path();
        let first = first.iter();
        quote!(::objects::IntoObject::into_object(#path(#(#first,)* #(#arguments),*)))
    }
}

/// How the conversion names the argument in its messages.
enum Naming {
    /// `f() argument must be ..`
    Only,
    /// `f() argument 2 must be ..`
    Position,
    /// `f() argument 'x' must be ..`
    Name,
}

/// The conversion of an optional argument to the type that the function takes.
fn convert(
    call: &Call,
    parameter: &Parameter,
    kind: &Type,
    index: usize,
    naming: &Naming,
    value: TokenStream,
) -> Result<TokenStream> {
    let function = call.name;
    let label = match naming {
        Naming::Only => "argument".to_owned(),
        Naming::Position => format!("argument {}", index + 1),
        Naming::Name if parameter.kind == Kind::PositionalOnly || call.is_parsed => {
            format!("argument {}", index + 1)
        }
        Naming::Name => format!("argument '{}'", parameter.name),
    };
    let make = call.constructor();
    let at = quote!(&const { ::objects::arguments::Place::#make(#function, #label) });
    if parameter.default.is_none() {
        return Ok(quote!(::objects::arguments::required(#value, #at)?));
    }
    if is_option(kind) {
        return Ok(quote!(::objects::arguments::optional(#value, #at)?));
    }
    match parameter.rust_default() {
        Some(default) => Ok(quote!(::objects::arguments::with_default(#value, #at, #default)?)),
        None => Err(Error::new(
            kind.span(),
            format!("`{}` has a default that Rust cannot spell: make it an Option", parameter.name),
        )),
    }
}

/// A call without arguments.
pub fn call_without(call: &Call, first: Option<TokenStream>) -> Result<TokenStream> {
    call.types(usize::from(first.is_some()))?;
    Ok(call.invoke(&first, &[]))
}

/// A call with the one argument of METH_O.
pub fn call_with_one(call: &Call, first: Option<TokenStream>) -> Result<TokenStream> {
    let types = call.types(usize::from(first.is_some()))?;
    let parameter = &call.signature.parameters[0];
    let value = quote!(::core::option::Option::Some(argument));
    let argument = convert(call, parameter, types[0], 0, &Naming::Only, value)?;
    Ok(call.invoke(&first, &[argument]))
}

/// A call with the arguments in a slice `arguments`, none of them named.
pub fn call_with_slice(call: &Call, first: Option<TokenStream>) -> Result<TokenStream> {
    let types = call.types(usize::from(first.is_some()))?;
    let name = call.name;
    let required = call.signature.count(|parameter| parameter.default.is_none());
    let count = call.signature.count(|_| true);
    let limit = match call.signature.has(Kind::VarPositional) {
        true => quote!(::core::primitive::usize::MAX),
        false => quote!(#count),
    };
    let mut arguments = Vec::new();
    let mut prologue = Vec::new();
    let singles = call.signature.parameters.iter().zip(types).enumerate();
    for (index, (parameter, kind)) in singles {
        let variable = format_ident!("value_{index}");
        let value = match parameter.is_single() {
            true => convert(
                call,
                parameter,
                kind,
                index,
                &Naming::Position,
                quote!(::objects::arguments::at(arguments, #index)),
            )?,
            false => quote!(arguments.get(#count..).unwrap_or(&[])),
        };
        prologue.push(quote!(let #variable = #value;));
        arguments.push(quote!(#variable));
    }
    let invocation = call.invoke(&first, &arguments);
    let check = match required == 0 && call.signature.has(Kind::VarPositional) {
        true => quote!(),
        false if call.is_parsed => {
            quote!(::objects::arguments::check_parsed_count(#name, arguments.len(), #required, #limit)?;)
        }
        false => quote!(::objects::arguments::check_count(#name, arguments.len(), #required, #limit)?;),
    };
    Ok(quote! { #check #(#prologue)* #invocation })
}

/// The constant description of the parameters, for calls with keywords.
fn specification(call: &Call) -> TokenStream {
    let singles: Vec<_> = call.signature.singles().collect();
    let names = singles.iter().map(|parameter| match parameter.kind {
        Kind::PositionalOnly => "",
        _ => parameter.name.as_str(),
    });
    let count = singles.len();
    let name = call.name;
    let of = |wanted: fn(&Parameter) -> bool| call.signature.count(wanted);
    let positional_only = of(|parameter| parameter.kind == Kind::PositionalOnly);
    let positional = of(|parameter| parameter.kind != Kind::KeywordOnly);
    let required = of(|parameter| parameter.kind != Kind::KeywordOnly && parameter.default.is_none());
    let required_keywords =
        of(|parameter| parameter.kind == Kind::KeywordOnly && parameter.default.is_none());
    let has_rest = call.signature.has(Kind::VarPositional);
    let has_keywords = call.signature.has(Kind::VarKeyword);
    let make = call.constructor();
    quote! {
        static PARAMETERS: ::objects::arguments::Parameters<#count> = ::objects::arguments::Parameters::#make(
            ::objects::arguments::Shape {
                function: #name,
                positional_only: #positional_only,
                positional: #positional,
                required: #required,
                required_keywords: #required_keywords,
                has_rest: #has_rest,
                has_keywords: #has_keywords,
            },
            [#(::objects::str::InternedName::new(#names)),*],
        );
    }
}

/// A call whose arguments may be named: `unpack` fills `values`, `rest` and `keywords` from `PARAMETERS`;
/// `count` of them were given by position.
fn call_with_keywords(
    call: &Call,
    first: Option<TokenStream>,
    unpack: TokenStream,
    count: TokenStream,
) -> Result<TokenStream> {
    let types = call.types(usize::from(first.is_some()))?;
    let statics = specification(call);
    let mut prologue = Vec::new();
    let mut arguments = Vec::new();
    let mut single = 0usize;
    for (parameter, kind) in call.signature.parameters.iter().zip(types) {
        let variable = format_ident!("value_{}", arguments.len());
        let value = match parameter.kind {
            Kind::VarPositional => quote!(unpacked.rest),
            Kind::VarKeyword => quote!(unpacked.keywords),
            _ => {
                let index = single;
                single += 1;
                let value = match call.is_parsed && parameter.default.is_none() {
                    true => quote!(::core::option::Option::Some(PARAMETERS.required(&unpacked, #index)?)),
                    false => quote!(unpacked.values[#index]),
                };
                convert(call, parameter, kind, index, &Naming::Name, value)?
            }
        };
        prologue.push(quote!(let #variable = #value;));
        arguments.push(quote!(#variable));
    }
    if call.is_parsed && !call.signature.has(Kind::VarKeyword) {
        prologue.push(quote!(PARAMETERS.check_leftover(&unpacked, #count)?;));
    }
    let invocation = call.invoke(&first, &arguments);
    Ok(quote! { #statics let unpacked = #unpack?; #(#prologue)* #invocation })
}

/// A call by the vectorcall convention: `arguments`, a slice with the named values at its end, and `names`.
pub fn call_with_vector(call: &Call, first: Option<TokenStream>) -> Result<TokenStream> {
    call_with_keywords(
        call,
        first,
        quote!(PARAMETERS.unpack_vector(arguments, names)),
        quote!(count as ::core::primitive::usize),
    )
}

/// A call with a tuple and a dictionary, as `tp_new`, `tp_init` and `tp_call` get them.
/// `no_keywords` is whether keywords are refused where none has a name.
pub fn call_with_tuple(call: &Call, first: TokenStream, no_keywords: TokenStream) -> Result<TokenStream> {
    if call.signature.is_positional_only() {
        let name = call.name;
        let body = call_with_slice(call, Some(first))?;
        return Ok(quote! {
            ::objects::arguments::check_no_keywords(#name, argument_2, #no_keywords)?;
            // SAFETY: a tuple's items stay while it is borrowed.
            let arguments = unsafe { ::objects::arguments::tuple_items(argument_1) };
            #body
        });
    }
    // SAFETY: as above.
    call_with_keywords(
        call,
        Some(first),
        quote!(PARAMETERS.unpack_tuple(unsafe { ::objects::arguments::tuple_items(argument_1) }, argument_2)),
        quote!(argument_1.len()),
    )
}
