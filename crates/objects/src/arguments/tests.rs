//! Calls of functions of every convention, each with what CPython 3.9 makes of the same call of a
//! function with the same signature.

use crate::prelude::*;

/// An object whose methods take their arguments and do nothing.
#[repr(C)]
pub struct Probe {
    base: Object,
}

#[class(name = "probe")]
impl Probe {
    #[method]
    fn clear(&self) {}

    #[method("(object, /)")]
    fn append(&self, _object: &Object) {}

    #[method("(index=-1, /)")]
    fn pop(&self, _index: isize) {}

    #[method("(index, object, /)")]
    fn insert(&self, _index: isize, _object: &Object) {}

    #[method("(old, new, count=-1, /)")]
    fn replace(&self, _old: &Str, _new: &Str, _count: isize) {}

    #[method("(width, fillchar=' ', /)")]
    fn center(&self, _width: isize, _fill: Option<char>) {}

    #[method("(encoding='utf-8', errors='strict')")]
    fn encode(&self, _encoding: &str, _errors: &str) {}

    #[method("(sep=None, maxsplit=-1)")]
    fn split(&self, _separator: NoneOr<&Str>, _limit: isize) {}

    #[method("(keepends=False)")]
    fn splitlines(&self, _keep: Option<i32>) {}

    #[method("(length, byteorder, *, signed=False)")]
    fn to_bytes(&self, _length: isize, _order: &Str, _signed: bool) {}

    #[classmethod("(iterable, value=None, /)")]
    fn fromkeys(_class: &Type, _iterable: &Object, _value: NoneOr<&Object>) {}

    #[staticmethod("(x, y=None, z=None, /)")]
    fn maketrans(_x: &Object, _y: Option<&Str>, _z: Option<&Str>) {}
}

/// A module whose functions do nothing either.
#[module(name = "builtins")]
mod functions {
    use super::*;

    #[function("(*coordinates)")]
    fn hypot(coordinates: &[&Object]) -> Result<()> {
        coordinates.iter().try_for_each(|coordinate| coordinate.as_f64().map(drop))
    }

    #[function("(x, /)")]
    fn sqrt(_x: f64) {}

    #[function("(i, /)")]
    fn chr(_i: i32) {}

    #[function("(n, k, /)")]
    fn comb(_module: &crate::module::Module, _n: &Object, _k: &Object) {}

    #[constant]
    const ANSWER: i32 = 42;

    #[exec]
    fn exec(module: &crate::module::Module) -> Result<()> {
        module.add("filled", true)
    }
}

/// The object that a literal of the recorded calls stands for.
fn literal(text: &str) -> Ref {
    match text {
        "None" => none(),
        "True" => true_(),
        _ if text.starts_with('\'') => Str::new(text.trim_matches('\'')).into_object(),
        _ if text.contains('.') => Float::new(text.parse().unwrap()).into_object(),
        _ => Int::from_i128(text.parse().unwrap()).into_object(),
    }
}

/// `ok`, or the exception's class and message.
fn outcome(function: &Object, call: &str) -> String {
    let (mut positional, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for argument in call.split_whitespace() {
        match argument.split_once('=') {
            Some((name, value)) => {
                names.push(Str::intern(Str::new(name)).into_object());
                values.push(literal(value));
            }
            None => positional.push(literal(argument)),
        }
    }
    positional.extend(values);
    let names = Tuple::new(names).unwrap();
    match function.call_keywords(Ref::slice(&positional), &names) {
        Ok(_) => "ok".to_owned(),
        Err(raised) => {
            let exception = raised.fetch();
            let class = exception.class.downcast::<Type>().unwrap().name().to_owned();
            let message = exception.value.map_or(String::new(), |value| value.str().unwrap().to_string());
            format!("{class}: {message}")
        }
    }
}

fn functions_module() -> Ref<crate::module::Module> {
    let spec = crate::namespace::SimpleNamespace::new(None).unwrap();
    spec.set_attr(intern!("name"), intern!("builtins")).unwrap();
    let module = functions::DEFINITION.create(&spec).unwrap();
    functions::DEFINITION.execute(&module).unwrap();
    module.into_type().unwrap()
}

#[test]
fn calls() {
    crate::startup::with_types(|| {
        crate::type_object::ready(&PROBE).unwrap();
        let probe = Ref::new(Probe { base: Object::header() });
        let module = functions_module();
        for line in include_str!("calls.txt").lines() {
            let [name, call, expected] = line.split(" | ").collect::<Vec<_>>()[..] else {
                panic!("not a case: {line}");
            };
            let function = match module.get(name) {
                Some(function) => function,
                None => probe.get_attr(&Str::intern(Str::new(name))).unwrap(),
            };
            assert_eq!(outcome(&function, call.trim()), expected, "{line}");
        }
    });
}

#[test]
fn modules_are_filled() {
    crate::startup::with_types(|| {
        let module = functions_module();
        assert_eq!(module.get("ANSWER").unwrap().repr_lossy(), "42");
        assert_eq!(module.get("filled").unwrap().repr_lossy(), "True");
        let function = module.get("sqrt").unwrap();
        let attribute = |name: &str| function.get_attr(&Str::intern(Str::new(name))).unwrap();
        assert_eq!(attribute("__text_signature__").repr_lossy(), "'($module, x, /)'");
        assert_eq!(attribute("__module__").repr_lossy(), "'builtins'");
        assert!(attribute("__self__").is(&module));
    });
}

/// A type that uses up the further forms that the macros know.
#[repr(C)]
#[derive(Trace)]
pub struct Box_ {
    base: Object,
    content: Field,
}

/// Holds one thing.
#[class(name = "box", module = "tests", static_ = BOX, flags = BASETYPE, signature = "(content)", include = [MORE])]
impl Box_ {
    #[slot(tp_new, "(content)")]
    fn new(class: &Type, content: &Object) -> Result<Ref<Box_>> {
        Ref::new_in(class, Box_ { base: Object::header(), content: Field::new(Some(content.to_ref())) })
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        match (left.downcast::<Box_>(), right.downcast::<Box_>()) {
            (Some(left), Some(right)) => left.content().add(&right.content()),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> usize {
        usize::from(!self.content.is_null())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        -1
    }

    #[member(OBJECT, readonly)]
    const raw: usize = std::mem::offset_of!(Box_, content);

    #[method("(**entries)")]
    fn collect(&self, entries: Keywords) -> Result<Ref<Dict>> {
        entries.to_dict()
    }
}

#[methods(MORE)]
impl Box_ {
    /// The content.
    #[getter]
    fn content(&self) -> Ref {
        self.content.get().unwrap_or_else(none)
    }

    #[setter]
    fn set_content(&self, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.content.set(Some(value.to_ref())),
            None => bail!(TypeError, "the content stays"),
        }
        Ok(())
    }
}

#[test]
fn types_work_as_defined() {
    crate::startup::with_types(|| {
        crate::type_object::ready(&BOX).unwrap();
        assert_eq!(outcome(&BOX, ""), "TypeError: box() missing required argument 'content' (pos 1)");
        let one = BOX.call(&[&literal("1")]).unwrap();
        assert_eq!(one.add(&one).unwrap().repr_lossy(), "2");
        assert_eq!((one.length().unwrap(), one.hash().unwrap()), (1, -2));
        assert!(BOX.has_flags(flags::HAVE_GC) && gc::is_tracked(&one));
        one.set_attr(intern!("content"), &literal("'x'")).unwrap();
        assert_eq!(one.get_attr(intern!("raw")).unwrap().repr_lossy(), "'x'");
        let message = one.del_attr(intern!("content")).unwrap_err().fetch().value.unwrap();
        assert_eq!(message.str().unwrap().to_string(), "the content stays");
        let names = Tuple::new([intern!("a").to_ref().into_object()]).unwrap();
        let collect = one.get_attr(intern!("collect")).unwrap();
        assert_eq!(collect.call_keywords(&[&literal("1")], &names).unwrap().repr_lossy(), "{'a': 1}");
        let attribute = |name: &Str| BOX.get_attr(name).unwrap().repr_lossy();
        assert_eq!(attribute(intern!("__doc__")), "'Holds one thing.'");
        assert_eq!(attribute(intern!("__text_signature__")), "'(content)'");
        assert_eq!(attribute(intern!("__module__")), "'tests'");
    });
}
