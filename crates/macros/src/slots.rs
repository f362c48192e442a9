//! Type slots: what C passes and expects, and the adapter from the Rust signature to that.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ImplItemFn, Result, Type};

use crate::attributes::Options;
use crate::parameters::{self, Call};
use crate::signature::Signature;

/// A parameter of a slot function.
#[derive(Clone, Copy, PartialEq)]
enum Parameter {
    /// The object whose type has the slot: `&self`.
    Receiver,
    /// `&Object`.
    Operand,
    /// `Option<&Object>`: null for a deletion or an absent argument.
    Optional,
    /// `isize`.
    Index,
    /// `CompareOp`.
    Compare,
    /// `&Type`.
    Class,
    /// `&Tuple`.
    Arguments,
    /// `Option<&Dict>`.
    Keywords,
}

/// What a slot function gives back.
#[derive(Clone, Copy, PartialEq)]
enum Returns {
    /// Anything that becomes an object.
    Object,
    /// `Result<Option<..>>`: null without an exception is the end.
    Next,
    /// `Result<()>` as 0 or -1.
    Status,
    /// `Result<bool>` as 1, 0 or -1.
    Truth,
    /// `Result<isize>`, -1 for an exception.
    Size,
    /// `Result<isize>`, -1 for an exception and never as a value.
    Hash,
}

use Parameter::*;

const UNARY: (&[Parameter], Returns) = (&[Receiver], Returns::Object);
const BINARY: (&[Parameter], Returns) = (&[Operand, Operand], Returns::Object);
const WITH_OPERAND: (&[Parameter], Returns) = (&[Receiver, Operand], Returns::Object);
const WITH_INDEX: (&[Parameter], Returns) = (&[Receiver, Index], Returns::Object);
const LENGTH: (&[Parameter], Returns) = (&[Receiver], Returns::Size);
const ASSIGN: (&[Parameter], Returns) = (&[Receiver, Operand, Optional], Returns::Status);

/// The shape of a slot that has an adapter; none for those that take C functions only.
fn shape(name: &str) -> Option<(&'static [Parameter], Returns)> {
    Some(match name {
        "tp_repr" | "tp_str" | "tp_iter" => UNARY,
        "tp_iternext" => (&[Receiver], Returns::Next),
        "tp_hash" => (&[Receiver], Returns::Hash),
        "tp_is_gc" => (&[Receiver], Returns::Truth),
        "tp_getattro" => WITH_OPERAND,
        "tp_setattro" | "tp_descr_set" => ASSIGN,
        "tp_descr_get" => (&[Receiver, Optional, Optional], Returns::Object),
        "tp_richcompare" => (&[Receiver, Operand, Compare], Returns::Object),
        "tp_call" => (&[Receiver, Arguments, Keywords], Returns::Object),
        "tp_init" => (&[Receiver, Arguments, Keywords], Returns::Status),
        "tp_new" => (&[Class, Arguments, Keywords], Returns::Object),
        "am_await" | "am_aiter" | "am_anext" => UNARY,
        "nb_negative" | "nb_positive" | "nb_absolute" | "nb_invert" | "nb_int" | "nb_float" | "nb_index" => {
            UNARY
        }
        "nb_bool" => (&[Receiver], Returns::Truth),
        "nb_power" => (&[Operand, Operand, Operand], Returns::Object),
        "nb_inplace_power" => (&[Receiver, Operand, Operand], Returns::Object),
        "nb_inplace_add"
        | "nb_inplace_subtract"
        | "nb_inplace_multiply"
        | "nb_inplace_remainder"
        | "nb_inplace_lshift"
        | "nb_inplace_rshift"
        | "nb_inplace_and"
        | "nb_inplace_xor"
        | "nb_inplace_or"
        | "nb_inplace_floor_divide"
        | "nb_inplace_true_divide"
        | "nb_inplace_matrix_multiply" => WITH_OPERAND,
        "nb_add" | "nb_subtract" | "nb_multiply" | "nb_remainder" | "nb_divmod" | "nb_lshift"
        | "nb_rshift" | "nb_and" | "nb_xor" | "nb_or" | "nb_floor_divide" | "nb_true_divide"
        | "nb_matrix_multiply" => BINARY,
        "sq_length" | "mp_length" => LENGTH,
        "sq_concat" | "sq_inplace_concat" | "mp_subscript" => WITH_OPERAND,
        "sq_repeat" | "sq_inplace_repeat" | "sq_item" => WITH_INDEX,
        "sq_ass_item" => (&[Receiver, Index, Optional], Returns::Status),
        "sq_contains" => (&[Receiver, Operand], Returns::Truth),
        "mp_ass_subscript" => ASSIGN,
        _ => return None,
    })
}

/// The slots that take C functions as they are.
const RAW: &[&str] = &[
    "tp_dealloc",
    "tp_getattr",
    "tp_setattr",
    "tp_traverse",
    "tp_clear",
    "tp_alloc",
    "tp_free",
    "tp_del",
    "tp_vectorcall",
    "bf_getbuffer",
    "bf_releasebuffer",
];

impl Parameter {
    fn c_type(self) -> TokenStream {
        match self {
            Receiver | Operand => quote!(&::objects::Object),
            Optional => quote!(::core::option::Option<&::objects::Object>),
            Index => quote!(::core::primitive::isize),
            Compare => quote!(::core::ffi::c_int),
            Class => quote!(&::objects::Type),
            Arguments => quote!(&::objects::Tuple),
            Keywords => quote!(::core::option::Option<&::objects::Dict>),
        }
    }

    fn described(self) -> &'static str {
        match self {
            Receiver => "&self",
            Operand => "&Object",
            Optional => "Option<&Object>",
            Index => "isize",
            Compare => "CompareOp",
            Class => "&Type",
            Arguments => "&Tuple",
            Keywords => "Option<&Dict>",
        }
    }
}

impl Returns {
    fn c_type(self) -> TokenStream {
        match self {
            Returns::Object => quote!(::objects::Result<::objects::Ref>),
            Returns::Next => quote!(::core::option::Option<::objects::Ref>),
            Returns::Status | Returns::Truth => quote!(::core::ffi::c_int),
            Returns::Size | Returns::Hash => quote!(::core::primitive::isize),
        }
    }

    /// The conversion of a value of the Rust function's type.
    fn convert(self, value: TokenStream) -> TokenStream {
        match self {
            Returns::Object => quote!(::objects::IntoObject::into_object(#value)),
            Returns::Hash => quote!(::objects::convert::IntoHash::into_hash(#value)),
            _ => quote!(::objects::convert::IntoSlot::into_slot(#value)),
        }
    }

    fn described(self) -> &'static str {
        match self {
            Returns::Object => "an object (any IntoObject, or a Result of one)",
            Returns::Next => "Result<Option<..>>",
            Returns::Status => "Result<()>",
            Returns::Truth => "Result<bool>",
            Returns::Size | Returns::Hash => "Result<isize>",
        }
    }
}

/// The function for a slot, as an expression of type `SlotFunction`.
pub fn slot(
    owner: &Type,
    class_name: &str,
    function: &ImplItemFn,
    mut options: Options,
) -> Result<TokenStream> {
    let span = options.span();
    let name = options.any_flag().ok_or_else(|| Error::new(span, "name the slot, as in #[slot(tp_repr)]"))?;
    let signature =
        options.text().map(|text| Signature::parse(&text).map(|signature| (signature, text))).transpose()?;
    let function_name = options.string("name")?.map(|name| name.value());
    let told_name = match options.flag("nameless") {
        true => "",
        false => function_name.as_deref().unwrap_or(class_name),
    };
    let is_parsed = options.flag("getargs");
    options.finish(
        "the slot's name; a \"(signature)\", name = \"..\", nameless and getargs for tp_new, tp_init and tp_call",
    )?;

    let text = name.to_string();
    let method = &function.sig.ident;
    let is_c = function.sig.abi.is_some();
    if is_c || RAW.contains(&text.as_str()) {
        if !is_c {
            return Err(Error::new(
                function.sig.span(),
                format!("`{text}` takes an extern \"C\" function as it is"),
            ));
        }
        return Ok(quote!(::objects::define::SlotFunction::#name(<#owner>::#method)));
    }
    if text == "tp_finalize" {
        return Ok(finalize(owner, function));
    }
    let Some((parameters, returns)) = shape(&text) else {
        return Err(Error::new(name.span(), format!("there is no slot `{text}`")));
    };

    let arguments: Vec<_> = (0..parameters.len()).map(|index| format_ident!("argument_{index}")).collect();
    let c_types = parameters.iter().map(|parameter| parameter.c_type());
    let c_result = returns.c_type();
    let body = match signature {
        Some((signature, literal)) => {
            if !matches!(text.as_str(), "tp_new" | "tp_init" | "tp_call") {
                return Err(Error::new(literal.span(), "only tp_new, tp_init and tp_call parse arguments"));
            }
            let receiver = first_argument(owner, function, parameters[0]);
            let call =
                Call { owner: Some(owner), function, name: told_name, signature: &signature, is_parsed };
            let exact = match (text.as_str(), signature.is_positional_only()) {
                ("tp_new", true) => {
                    quote!(::objects::arguments::is_class(argument_0, <#owner as ::objects::Layout>::class()))
                }
                ("tp_init", true) => {
                    quote!(::objects::arguments::is_class(argument_0.class(), <#owner as ::objects::Layout>::class()))
                }
                _ => quote!(true),
            };
            let value = parameters::call_with_tuple(&call, receiver, exact)?;
            match returns {
                Returns::Object => value,
                _ => {
                    quote!(::objects::convert::IntoSlot::into_slot((|| -> ::objects::Result<_> { #value })()))
                }
            }
        }
        None => {
            check_parameters(&text, function, parameters, returns)?;
            let first = first_argument(owner, function, parameters[0]);
            let rest =
                parameters.iter().zip(&arguments).skip(1).map(|(parameter, argument)| match parameter {
                    Compare => quote!(::objects::convert::compare_op(#argument)?),
                    _ => quote!(#argument),
                });
            let value = quote_spanned!(function.sig.output.span()=> <#owner>::#method(#first, #(#rest),*));
            returns.convert(value)
        }
    };
    Ok(quote! {
        ::objects::define::SlotFunction::#name({
            extern "C" fn adapter(#(#arguments: #c_types),*) -> #c_result { #body }
            adapter
        })
    })
}

/// `tp_finalize`: `fn(&self)`.
fn finalize(owner: &Type, function: &ImplItemFn) -> TokenStream {
    let method = &function.sig.ident;
    quote! {
        ::objects::define::SlotFunction::tp_finalize({
            unsafe extern "C" fn adapter(object: *mut ::objects::Object) {
                // SAFETY: called with a live instance of the type or a subclass.
                <#owner>::#method(unsafe { (*object).cast::<#owner>() })
            }
            adapter
        })
    }
}

/// The first argument of the Rust function: `&self` where it has a receiver.
fn first_argument(owner: &Type, function: &ImplItemFn, parameter: Parameter) -> TokenStream {
    match (parameter, function.sig.receiver()) {
        // SAFETY: the type's slot functions are called with its instances, or a subclass's, first.
        (Receiver, Some(_)) => quote!(unsafe { argument_0.cast::<#owner>() }),
        _ => quote!(argument_0),
    }
}

fn check_parameters(
    name: &str,
    function: &ImplItemFn,
    expected: &[Parameter],
    returns: Returns,
) -> Result<()> {
    let inputs = &function.sig.inputs;
    let shown = expected.iter().map(|parameter| parameter.described()).collect::<Vec<_>>().join(", ");
    let usage = format!("`{name}` is fn({shown}) -> {}", returns.described());
    if inputs.len() != expected.len() {
        return Err(Error::new(function.sig.span(), usage));
    }
    if let (Some(FnArg::Receiver(receiver)), true) = (inputs.first(), expected[0] != Receiver) {
        let reason = match expected[0] {
            Class => "the class comes first",
            _ => "either operand may be the instance",
        };
        return Err(Error::new(receiver.span(), format!("{usage}: {reason}")));
    }
    Ok(())
}
