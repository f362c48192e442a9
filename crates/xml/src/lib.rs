//! A parser of XML 1.0 (with namespaces) that takes its input in pieces and gives events.
//!
//! It behaves as expat 2.5 does, event for event and error for error, because that is what Python's
//! `xml` package is written against; it shares no code with it. It knows nothing of objects: the caller feeds bytes
//! ([`Parser::feed`]) and takes events ([`Parser::next`]) until there are none, so that no callback runs inside.
//!
//! ```
//! use xml::{Event, Options, Parser};
//! let mut parser = Parser::new(Options::default());
//! parser.feed(b"<greeting>hello</gre");
//! parser.feed(b"eting>");
//! parser.finish();
//! let mut text = String::new();
//! while let Some(event) = parser.next()? {
//!     if event == Event::Text {
//!         text.push_str(std::str::from_utf8(parser.data()).unwrap());
//!     }
//! }
//! assert_eq!(text, "hello");
//! # Ok::<(), xml::Code>(())
//! ```
//!
//! Input of any encoding becomes UTF-8 once (`source`); everything behind works on UTF-8, in place where it can.
//! Text of entities lies on a stack of its own (`parser::frames`), so nothing nests on the machine's stack,
//! however deep the document.

#![forbid(unsafe_code)]

mod accounting;
mod attributes;
mod chars;
mod code;
mod content;
mod declaration;
mod dtd;
mod encoding;
mod grammar;
mod model;
mod name_tables;
mod names;
mod namespaces;
mod parser;
mod scan;
mod source;
mod token;
mod values;

pub use code::Code;
pub use model::{Content, Model, Quantifier};
pub use names::Name;
pub use parser::{Attribute, Declaration, Event, Heeded, Options, ParameterEntities, Parser, Part};
