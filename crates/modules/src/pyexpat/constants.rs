//! What the module tells of the parser, and the names of its numbers.

use objects::module::Module;
use objects::prelude::*;
use vm::interpreter::Interpreter;
use xml::Code;

/// The release of expat whose behaviour the parser has.
pub const RELEASE: [i64; 3] = [2, 5, 0];

const FEATURES: [(&str, i64); 7] = [
    ("sizeof(XML_Char)", 1),
    ("sizeof(XML_LChar)", 1),
    ("XML_DTD", 0),
    ("XML_CONTEXT_BYTES", 1024),
    ("XML_NS", 0),
    ("XML_BLAP_MAX_AMP", 100),
    ("XML_BLAP_ACT_THRES", 8 << 20),
];

const MODEL: [(&str, i64); 10] = [
    ("XML_CTYPE_EMPTY", 1),
    ("XML_CTYPE_ANY", 2),
    ("XML_CTYPE_MIXED", 3),
    ("XML_CTYPE_NAME", 4),
    ("XML_CTYPE_CHOICE", 5),
    ("XML_CTYPE_SEQ", 6),
    ("XML_CQUANT_NONE", 0),
    ("XML_CQUANT_OPT", 1),
    ("XML_CQUANT_REP", 2),
    ("XML_CQUANT_PLUS", 3),
];

/// The names of the errors that `errors` has, in the order of their numbers from 1 on.
const ERRORS: [&str; 37] = [
    "XML_ERROR_NO_MEMORY",
    "XML_ERROR_SYNTAX",
    "XML_ERROR_NO_ELEMENTS",
    "XML_ERROR_INVALID_TOKEN",
    "XML_ERROR_UNCLOSED_TOKEN",
    "XML_ERROR_PARTIAL_CHAR",
    "XML_ERROR_TAG_MISMATCH",
    "XML_ERROR_DUPLICATE_ATTRIBUTE",
    "XML_ERROR_JUNK_AFTER_DOC_ELEMENT",
    "XML_ERROR_PARAM_ENTITY_REF",
    "XML_ERROR_UNDEFINED_ENTITY",
    "XML_ERROR_RECURSIVE_ENTITY_REF",
    "XML_ERROR_ASYNC_ENTITY",
    "XML_ERROR_BAD_CHAR_REF",
    "XML_ERROR_BINARY_ENTITY_REF",
    "XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF",
    "XML_ERROR_MISPLACED_XML_PI",
    "XML_ERROR_UNKNOWN_ENCODING",
    "XML_ERROR_INCORRECT_ENCODING",
    "XML_ERROR_UNCLOSED_CDATA_SECTION",
    "XML_ERROR_EXTERNAL_ENTITY_HANDLING",
    "XML_ERROR_NOT_STANDALONE",
    "XML_ERROR_UNEXPECTED_STATE",
    "XML_ERROR_ENTITY_DECLARED_IN_PE",
    "XML_ERROR_FEATURE_REQUIRES_XML_DTD",
    "XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING",
    "XML_ERROR_UNBOUND_PREFIX",
    "XML_ERROR_UNDECLARING_PREFIX",
    "XML_ERROR_INCOMPLETE_PE",
    "XML_ERROR_XML_DECL",
    "XML_ERROR_TEXT_DECL",
    "XML_ERROR_PUBLICID",
    "XML_ERROR_SUSPENDED",
    "XML_ERROR_NOT_SUSPENDED",
    "XML_ERROR_ABORTED",
    "XML_ERROR_FINISHED",
    "XML_ERROR_SUSPEND_PE",
];

/// Adds the constants and the modules of constants.
pub fn add(module: &Module) -> Result<()> {
    let release = RELEASE.map(|number| number.to_string()).join(".");
    module.add("EXPAT_VERSION", Str::new(&format!("expat_{release}")))?;
    module.add("version_info", Tuple::new(RELEASE.map(|number| Int::new(number).into_object()))?)?;
    module.add("native_encoding", Str::new("UTF-8"))?;
    let features = FEATURES.map(|(name, value)| -> Result<Ref> {
        Ok(Tuple::new([Str::new(name).into_object(), Int::new(value).into_object()])?.into_object())
    });
    module.add("features", List::from_vec(features.into_iter().collect::<Result<Vec<_>>>()?))?;
    module.add("XML_PARAM_ENTITY_PARSING_NEVER", 0_i64)?;
    module.add("XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", 1_i64)?;
    module.add("XML_PARAM_ENTITY_PARSING_ALWAYS", 2_i64)?;

    let errors = submodule(module, "errors", "What can be wrong with a document, by name and by number.")?;
    let (codes, messages) = (Dict::new(), Dict::new());
    for (name, code) in ERRORS.iter().zip(Code::ALL) {
        let message = Str::new(code.message());
        let number = Int::new(*code as i64);
        errors.add(name, message.clone())?;
        codes.set(&message, &number)?;
        messages.set(&number, &message)?;
    }
    errors.add("__doc__", Str::new("What can be wrong with a document, by name and by number."))?;
    errors.add("codes", codes)?;
    errors.add("messages", messages)?;

    let model = submodule(module, "model", "The numbers that content models are told with.")?;
    MODEL.iter().try_for_each(|(name, value)| model.add(name, *value))
}

fn submodule(module: &Module, name: &str, doc: &str) -> Result<Ref<Module>> {
    let full = Str::new(&format!("pyexpat.{name}"));
    let submodule = Module::new(&full)?;
    submodule.add("__doc__", Str::new(doc))?;
    Interpreter::current().modules()?.set(&full, &submodule)?;
    module.add(name, submodule.clone())?;
    Ok(submodule)
}
