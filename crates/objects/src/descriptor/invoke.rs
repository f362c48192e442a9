//! Calling the functions of method tables: one way for each of the `METH_*` conventions.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute;

use crate::descriptor::BuiltinFunction;
use crate::prelude::*;
use crate::protocol::enter_call;

type NoArgs = extern "C" fn(Option<&Object>, Option<&Object>) -> Result<Ref>;
type One = extern "C" fn(Option<&Object>, &Object) -> Result<Ref>;
type Fast = unsafe extern "C" fn(Option<&Object>, *const &Object, isize) -> Result<Ref>;
type FastKeywords =
    unsafe extern "C" fn(Option<&Object>, *const &Object, isize, Option<&Tuple>) -> Result<Ref>;
type FastMethod =
    unsafe extern "C" fn(Option<&Object>, &Type, *const &Object, isize, Option<&Tuple>) -> Result<Ref>;
type Variable = extern "C" fn(Option<&Object>, &Tuple) -> Result<Ref>;
type VariableKeywords = extern "C" fn(Option<&Object>, &Tuple, Option<&Dict>) -> Result<Ref>;

/// The flags that say how a function is called.
const CONVENTION: c_int = method_flags::VARARGS
    | method_flags::FASTCALL
    | method_flags::NOARGS
    | method_flags::O
    | method_flags::KEYWORDS
    | method_flags::METHOD;

/// Stands for the convention that the table's entry says when it is called.
pub const ANY_CONVENTION: c_int = -1;

/// Of a function that takes the convention as its constant, the instance for a table's entry: it needs no look at the
/// flags at each call.
macro_rules! for_convention {
    ($definition:expr, $function:ident) => {{
        use crate::descriptor::{ANY_CONVENTION, FASTCALL_KEYWORDS, convention_of};
        match convention_of($definition) {
            method_flags::NOARGS => $function::<{ method_flags::NOARGS }>,
            method_flags::O => $function::<{ method_flags::O }>,
            method_flags::FASTCALL => $function::<{ method_flags::FASTCALL }>,
            FASTCALL_KEYWORDS => $function::<FASTCALL_KEYWORDS>,
            _ => $function::<ANY_CONVENTION>,
        }
    }};
}
pub(crate) use for_convention;

/// The flags of a table's entry that say how it is called.
pub fn convention_of(definition: &MethodDef) -> c_int {
    definition.flags & CONVENTION
}

/// A function about to be called: its table entry, its receiver, and the object that is being called,
/// which messages name.
pub struct Callee<'a> {
    pub definition: &'a MethodDef,
    pub receiver: Option<&'a Object>,
    /// The class that defines a `METH_METHOD` function.
    pub class: Option<&'a Type>,
    pub function: &'a Object,
}

impl Callee<'_> {
    /// Calls with a vector of arguments. `KNOWN` is the convention of the table's entry, or [`ANY_CONVENTION`].
    ///
    /// # Safety
    /// `arguments` points to `count` arguments and a value for each name behind them.
    #[inline(always)]
    pub unsafe fn vectorcall<const KNOWN: c_int>(
        &self,
        arguments: *const &Object,
        count: usize,
        names: Option<&Tuple>,
    ) -> Result<Ref> {
        let names = names.filter(|names| names.size() > 0);
        let convention = if KNOWN == ANY_CONVENTION { convention_of(self.definition) } else { KNOWN };
        let function = self.definition.function;
        let takes_keywords = convention & method_flags::KEYWORDS != 0;
        if names.is_some() && !takes_keywords {
            return Err(self.no_keywords());
        }
        let _guard = enter_call(" while calling a Python object")?;
        // SAFETY: each function has the signature that its flags name; the arguments are as the caller says.
        unsafe {
            match convention {
                method_flags::NOARGS => match count {
                    0 => transmute::<*const c_void, NoArgs>(function)(self.receiver, None),
                    _ => Err(raise!(TypeError, "{} takes no arguments ({count} given)", self.describe()?)),
                },
                method_flags::O => match count {
                    1 => transmute::<*const c_void, One>(function)(self.receiver, *arguments),
                    _ => Err(raise!(
                        TypeError,
                        "{} takes exactly one argument ({count} given)",
                        self.describe()?
                    )),
                },
                method_flags::FASTCALL => {
                    transmute::<*const c_void, Fast>(function)(self.receiver, arguments, count as isize)
                }
                FASTCALL_KEYWORDS => transmute::<*const c_void, FastKeywords>(function)(
                    self.receiver,
                    arguments,
                    count as isize,
                    names,
                ),
                FASTCALL_METHOD => match self.class {
                    Some(class) => transmute::<*const c_void, FastMethod>(function)(
                        self.receiver,
                        class,
                        arguments,
                        count as isize,
                        names,
                    ),
                    None => Err(raise!(SystemError, "{} has no defining class", self.describe()?)),
                },
                _ => self.vectorcall_variable(arguments, count, names),
            }
        }
    }

    /// Calls a function of the old conventions: with a tuple and a dictionary.
    ///
    /// # Safety
    /// As `vectorcall`'s.
    unsafe fn vectorcall_variable(
        &self,
        arguments: *const &Object,
        count: usize,
        names: Option<&Tuple>,
    ) -> Result<Ref> {
        // SAFETY: the caller's promise.
        let (tuple, keywords) = unsafe { crate::arguments::tuple_and_dict(arguments, count, names) }?;
        self.call_variable(&tuple, keywords.as_deref())
    }

    /// Calls with a tuple and a dictionary of arguments.
    pub fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let keywords = keywords.filter(|keywords| keywords.len() > 0);
        if self.definition.flags & method_flags::VARARGS != 0 {
            if keywords.is_some() && self.definition.flags & method_flags::KEYWORDS == 0 {
                return Err(self.no_keywords());
            }
            let _guard = enter_call(" while calling a Python object")?;
            return self.call_variable(arguments, keywords);
        }
        let Some(keywords) = keywords else {
            // SAFETY: the tuple holds as many arguments as it says.
            return unsafe {
                self.vectorcall::<ANY_CONVENTION>(
                    arguments.as_slice().as_ptr(),
                    arguments.items().len(),
                    None,
                )
            };
        };
        let mut names = Vec::new();
        let mut all = arguments.items().to_vec();
        let mut position = 0;
        while let Some((name, value)) = keywords.next(&mut position) {
            names.push(name);
            all.push(value);
        }
        let names = Tuple::new(names)?;
        // SAFETY: the positional arguments, then a value for each name.
        unsafe {
            self.vectorcall::<ANY_CONVENTION>(
                Ref::slice(&all).as_ptr(),
                arguments.items().len(),
                Some(&names),
            )
        }
    }

    fn call_variable(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let function = self.definition.function;
        // SAFETY: the function has the signature that its flags name.
        unsafe {
            match self.definition.flags & CONVENTION {
                method_flags::VARARGS => {
                    transmute::<*const c_void, Variable>(function)(self.receiver, arguments)
                }
                VARARGS_KEYWORDS => {
                    transmute::<*const c_void, VariableKeywords>(function)(self.receiver, arguments, keywords)
                }
                _ => Err(raise!(SystemError, "{} method: bad call flags", self.describe()?)),
            }
        }
    }

    #[cold]
    fn no_keywords(&self) -> Raised {
        let takes_tuple = self.definition.flags & (method_flags::VARARGS | method_flags::PARSED) != 0;
        if takes_tuple && self.function.downcast::<BuiltinFunction>().is_some() {
            // SAFETY: a table's names are NUL-terminated.
            let name = unsafe { CStr::from_ptr(self.definition.name) }.to_string_lossy();
            return raise!(TypeError, "{name}() takes no keyword arguments");
        }
        match self.describe() {
            Ok(function) => raise!(TypeError, "{function} takes no keyword arguments"),
            Err(raised) => raised,
        }
    }

    /// The function's name for messages: `len()`, `list.append()`, `math.sin()`.
    fn describe(&self) -> Result<Ref<Str>> {
        let text = |attribute: &'static Str| {
            let value = self.function.get_attr_opt(attribute).ok().flatten()?;
            value.into_type::<Str>().ok()
        };
        let Some(qualname) = text(intern!("__qualname__")) else {
            // SAFETY: a table's names are NUL-terminated.
            return format_str!("{}()", unsafe { CStr::from_ptr(self.definition.name) }.to_string_lossy());
        };
        match text(intern!("__module__")) {
            Some(module) if !module.equals_text("builtins") => format_str!("{module}.{qualname}()"),
            _ => format_str!("{qualname}()"),
        }
    }
}

pub const FASTCALL_KEYWORDS: c_int = method_flags::FASTCALL | method_flags::KEYWORDS;
const FASTCALL_METHOD: c_int = FASTCALL_KEYWORDS | method_flags::METHOD;
const VARARGS_KEYWORDS: c_int = method_flags::VARARGS | method_flags::KEYWORDS;

/// Whether the flags are a combination that [`Callee`] can call. `SystemError` otherwise.
pub fn check_flags(definition: &MethodDef) -> Result<()> {
    match definition.flags & CONVENTION {
        method_flags::NOARGS | method_flags::O | method_flags::FASTCALL | method_flags::VARARGS => Ok(()),
        FASTCALL_KEYWORDS | FASTCALL_METHOD | VARARGS_KEYWORDS => Ok(()),
        _ => {
            // SAFETY: a table's names are NUL-terminated.
            let name = unsafe { CStr::from_ptr(definition.name) }.to_string_lossy();
            Err(raise!(SystemError, "{name}() method: bad call flags"))
        }
    }
}
