//! Expansion of small inputs: what is emitted, and what a misuse says.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{class, module, table, trace};

/// The message for `#[class(options)] impl T { items }`.
fn class_error(options: TokenStream, items: TokenStream) -> String {
    let block = syn::parse2(quote!(impl T { #items })).unwrap();
    class::class(options, block).unwrap_err().to_string()
}

/// The expansion of `#[class(name = "t")] impl T { items }`, blanks made single.
fn expanded(items: TokenStream) -> String {
    let block = syn::parse2(quote!(impl T { #items })).unwrap();
    class::class(quote!(name = "t"), block).unwrap().to_string()
}

#[test]
fn misuses_of_items() {
    for (items, message) in [
        (
            quote!(
                #[slot]
                fn f(&self) {}
            ),
            "name the slot, as in #[slot(tp_repr)]",
        ),
        (
            quote!(
                #[slot(tp_reper)]
                fn f(&self) {}
            ),
            "there is no slot `tp_reper`",
        ),
        (
            quote!(
                #[slot(nb_add)]
                fn f(&self, other: &Object) {}
            ),
            "`nb_add` is fn(&Object, &Object) -> an object (any IntoObject, or a Result of one): \
             either operand may be the instance",
        ),
        (
            quote!(
                #[slot(sq_length)]
                fn f(&self, x: i32) {}
            ),
            "`sq_length` is fn(&self) -> Result<isize>",
        ),
        (
            quote!(
                #[slot(bf_getbuffer)]
                fn f(&self) {}
            ),
            "`bf_getbuffer` takes an extern \"C\" function as it is",
        ),
        (
            quote!(
                #[slot(tp_repr, "()")]
                fn f(&self) {}
            ),
            "only tp_new, tp_init and tp_call parse arguments",
        ),
        (
            quote!(
                #[method]
                fn f(&self, x: i32) {}
            ),
            "say the Python signature, as in #[method(\"(key, default=None, /)\")]",
        ),
        (
            quote!(
                #[method("(x, y)")]
                fn f(&self, x: i32) {}
            ),
            "the signature has 2 parameters, the function 1 besides the receiver",
        ),
        (
            quote!(
                #[method("(x=(), /)")]
                fn f(&self, x: &Object) {}
            ),
            "`x` has a default that Rust cannot spell: make it an Option",
        ),
        (
            quote!(
                #[method]
                fn f() {}
            ),
            "a method takes &self; see #[classmethod] and #[staticmethod]",
        ),
        (
            quote!(
                #[method(flag)]
                fn f(&self) {}
            ),
            "unknown option `flag`; known here: \"(signature)\", name = \"..\", varargs, coexist, no_text_signature, getargs, takes_tuple, nameless, told = \"..\", guard = .., text_signature = \"..\"",
        ),
        (
            quote!(
                #[getter]
                fn f(&self, x: i32) {}
            ),
            "a getter is fn(&self) -> an object (any IntoObject, or a Result of one)",
        ),
        (
            quote!(
                #[setter]
                fn set_f(&self) {}
            ),
            "a setter is fn(&self, value: Option<&Object>) -> Result<()>; None is a deletion",
        ),
        (
            quote!(
                #[member]
                const x: usize = 0;
            ),
            "name the field's kind, as in #[member(OBJECT, readonly)]",
        ),
        (
            quote!(
                #[method]
                const x: usize = 0;
            ),
            "this attribute goes on a function",
        ),
    ] {
        assert_eq!(class_error(quote!(name = "t"), items), message);
    }
}

#[test]
fn misuses_of_class() {
    assert_eq!(class_error(quote!(), quote!()), "say the type's name, as in #[class(name = \"list\")]");
    assert!(
        class_error(quote!(name = "t", sise = 3), quote!()).starts_with("unknown option `sise`; known here:")
    );
    assert_eq!(class_error(quote!(name = 3), quote!()), "`name` is a string");
    let block = syn::parse2(quote!(impl Clone for T {})).unwrap();
    let error = class::class(quote!(name = "t"), block).unwrap_err().to_string();
    assert_eq!(error, "this attribute goes on an inherent impl block");
}

#[test]
fn conventions() {
    for (items, flags) in [
        (
            quote!(
                #[method]
                fn f(&self) {}
            ),
            "NOARGS",
        ),
        (
            quote!(
                #[method("(x, /)")]
                fn f(&self, x: &Object) {}
            ),
            "O",
        ),
        (
            quote!(
                #[method("(x=1, /)")]
                fn f(&self, x: i32) {}
            ),
            "FASTCALL",
        ),
        (
            quote!(
                #[method("(*args)")]
                fn f(&self, args: &[&Object]) {}
            ),
            "FASTCALL",
        ),
        (
            quote!(
                #[method("(x)")]
                fn f(&self, x: &Object) {}
            ),
            "FASTCALL | KEYWORDS",
        ),
        (
            quote!(
                #[method("(**kwargs)")]
                fn f(&self, kwargs: Keywords) {}
            ),
            "FASTCALL | KEYWORDS",
        ),
        (
            quote!(
                #[classmethod]
                fn f(class: &Type) {}
            ),
            "NOARGS | CLASS",
        ),
        (
            quote!(
                #[staticmethod("(x, y, /)")]
                fn f(x: i32, y: i32) {}
            ),
            "FASTCALL | STATIC",
        ),
        (
            quote!(
                #[method(varargs)]
                fn f(&self, args: &Tuple) {}
            ),
            "VARARGS",
        ),
        (
            quote!(
                #[method(varargs, coexist)]
                fn f(&self, a: &Tuple, k: Option<&Dict>) {}
            ),
            "VARARGS | KEYWORDS | COEXIST",
        ),
    ] {
        let expected = format!("method_flags :: * ; {flags} }}");
        let expansion = expanded(items);
        assert!(expansion.contains(&expected), "{expected} not in {expansion}");
    }
}

#[test]
fn docstrings() {
    for (items, expected) in [
        (
            quote! {
                /// Do it.
                ///
                /// Twice.
                #[method("(x, y=2)")]
                fn f(&self, x: &Object, y: i32) {}
            },
            r#"c"f($self, /, x, y=2)\n--\n\nDo it.\n\nTwice.""#,
        ),
        (
            quote!(
                #[classmethod]
                fn f(class: &Type) {}
            ),
            r#"c"f($type, /)\n--\n\n""#,
        ),
        (
            quote!(
                #[doc = " F."]
                #[method(no_text_signature)]
                fn f(&self) {}
            ),
            r#"c"F.""#,
        ),
        (
            quote!(
                #[method("(x, /, **kwargs)", text_signature = "(x, /, *, key=None)")]
                fn f(&self, x: &Object, kwargs: Keywords) {}
            ),
            r#"c"f($self, x, /, *, key=None)\n--\n\n""#,
        ),
    ] {
        let expansion = expanded(items);
        assert!(expansion.contains(expected), "{expected} not in {expansion}");
    }
}

#[test]
fn attributes_leave_nothing_behind() {
    let expansion = expanded(quote! {
        #[slot(sq_length)] #[slot(mp_length)] fn length(&self) -> isize { 0 }
        #[member(OBJECT)] const x: usize = 16;
    });
    assert!(!expansion.contains("# [slot") && !expansion.contains("const x"), "{expansion}");
    assert!(
        expansion.contains("SlotFunction :: sq_length") && expansion.contains("SlotFunction :: mp_length")
    );
}

#[test]
fn partial_tables() {
    let block = || syn::parse2(quote!(impl T { #[method] fn f(&self) {} })).unwrap();
    let expansion = table::partial(quote!(SEARCHING), block()).unwrap().to_string();
    assert!(expansion.contains("pub (crate) const SEARCHING : :: objects :: define :: Table"), "{expansion}");
    assert_eq!(
        table::partial(quote!(), block()).unwrap_err().to_string(),
        "name the table, as in #[methods(SEARCHING)]"
    );
}

#[test]
fn misuses_of_modules() {
    for (source, message) in [
        (
            quote!(
                mod m;
            ),
            "#[module] goes on a module with its body here",
        ),
        (
            quote!(
                mod m {
                    #[exec]
                    fn a(m: &Module) {}
                    #[exec]
                    fn b(m: &Module) {}
                }
            ),
            "a module has one #[exec] function",
        ),
        (
            quote!(
                mod m {
                    #[function]
                    fn f(a: i32, b: i32) {}
                }
            ),
            "say the Python signature, as in #[method(\"(key, default=None, /)\")]",
        ),
    ] {
        let module = syn::parse2(source).unwrap();
        assert_eq!(module::module(quote!(name = "m"), module).unwrap_err().to_string(), message);
    }
}

#[test]
fn traced_fields() {
    let input = syn::parse2(quote!(
        struct S {
            base: Object,
            a: Field,
            #[trace(skip)]
            skipped: u8,
        }
    ))
    .unwrap();
    let expansion = trace::trace(input).unwrap().to_string();
    assert!(expansion.contains("self . a") && !expansion.contains("skipped"), "{expansion}");
    let input = syn::parse2(quote!(
        struct S {
            #[trace(all)]
            b: u8,
        }
    ))
    .unwrap();
    assert_eq!(trace::trace(input).unwrap_err().to_string(), "the option here is `skip`");
}
