//! The handlers of a parser: one attribute each.

use objects::prelude::*;

use super::parser::{DefaultHandling, XmlParser};

macro_rules! handlers {
    ($($kind:ident, $attribute:ident, $set:ident, $name:literal;)*) => {
        /// What a handler is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Handler {
            $($kind,)*
        }

        impl Handler {
            pub const COUNT: usize = [$(Handler::$kind,)*].len();

            /// As tracebacks name it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Handler::$kind => $name,)*
                }
            }
        }

        #[methods(HANDLERS)]
        impl XmlParser {
            $(
                #[getter]
                fn $attribute(&self) -> Option<Ref> {
                    self.handler(Handler::$kind)
                }

                #[setter]
                fn $set(&self, value: Option<&Object>) -> Result<()> {
                    self.set_handler(Handler::$kind, value)
                }
            )*
        }
    };
}

handlers! {
    StartElement, StartElementHandler, set_StartElementHandler, "StartElement";
    EndElement, EndElementHandler, set_EndElementHandler, "EndElement";
    Instruction, ProcessingInstructionHandler, set_ProcessingInstructionHandler, "ProcessingInstruction";
    CharacterData, CharacterDataHandler, set_CharacterDataHandler, "CharacterData";
    UnparsedEntity, UnparsedEntityDeclHandler, set_UnparsedEntityDeclHandler, "UnparsedEntityDecl";
    Notation, NotationDeclHandler, set_NotationDeclHandler, "NotationDecl";
    StartNamespace, StartNamespaceDeclHandler, set_StartNamespaceDeclHandler, "StartNamespaceDecl";
    EndNamespace, EndNamespaceDeclHandler, set_EndNamespaceDeclHandler, "EndNamespaceDecl";
    Comment, CommentHandler, set_CommentHandler, "Comment";
    StartCdata, StartCdataSectionHandler, set_StartCdataSectionHandler, "StartCdataSection";
    EndCdata, EndCdataSectionHandler, set_EndCdataSectionHandler, "EndCdataSection";
    Default, DefaultHandler, set_DefaultHandler, "Default";
    DefaultExpand, DefaultHandlerExpand, set_DefaultHandlerExpand, "DefaultHandlerExpand";
    NotStandalone, NotStandaloneHandler, set_NotStandaloneHandler, "NotStandalone";
    ExternalEntity, ExternalEntityRefHandler, set_ExternalEntityRefHandler, "ExternalEntityRef";
    StartDoctype, StartDoctypeDeclHandler, set_StartDoctypeDeclHandler, "StartDoctypeDecl";
    EndDoctype, EndDoctypeDeclHandler, set_EndDoctypeDeclHandler, "EndDoctypeDecl";
    Entity, EntityDeclHandler, set_EntityDeclHandler, "EntityDecl";
    XmlDeclaration, XmlDeclHandler, set_XmlDeclHandler, "XmlDecl";
    Element, ElementDeclHandler, set_ElementDeclHandler, "ElementDecl";
    Attlist, AttlistDeclHandler, set_AttlistDeclHandler, "AttlistDecl";
    SkippedEntity, SkippedEntityHandler, set_SkippedEntityHandler, "SkippedEntity";
}

impl XmlParser {
    /// The handler, if there is one.
    #[inline]
    pub fn handler(&self, kind: Handler) -> Option<Ref> {
        self.handlers[kind as usize].get()
    }

    fn set_handler(&self, kind: Handler, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            bail!(RuntimeError, "Cannot delete attribute");
        };
        if kind == Handler::CharacterData {
            // What was gathered is the old handler's.
            self.flush()?;
        }
        let handler = Some(value).filter(|value| !value.is_none()).map(Object::to_ref);
        let is_set = handler.is_some();
        self.handlers[kind as usize].set(handler);
        match kind {
            Handler::Default | Handler::DefaultExpand => {
                self.default.set(match (is_set, kind) {
                    (false, _) => DefaultHandling::None,
                    (true, Handler::Default) => DefaultHandling::Plain,
                    (true, _) => DefaultHandling::Expanding,
                });
                self.machine()?.expands_entities = kind == Handler::DefaultExpand;
            }
            Handler::StartElement => self.machine()?.heeded.starts = is_set,
            Handler::ExternalEntity => self.machine()?.tells_external_entities = is_set,
            _ => {}
        }
        self.machine()?.heeded.text =
            self.default.get() != DefaultHandling::None || self.handler(Handler::CharacterData).is_some();
        Ok(())
    }

    /// Takes all handlers away, after one has raised an exception.
    pub fn clear_handlers(&self) {
        self.handlers.iter().for_each(|handler| handler.set(None));
        self.default.set(DefaultHandling::None);
    }
}
