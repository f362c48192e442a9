//! Identifiers beyond ASCII (PEP 3131).

use literals::Text;

/// The first character that keeps the text from being an identifier, and its byte index.
pub(crate) fn first_invalid(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|&(index, character)| {
        let point = u32::from(character);
        let valid = match index {
            0 => character == '_' || unicode::is_xid_start(point),
            _ => unicode::is_xid_continue(point),
        };
        !valid
    })
}

/// The text as the name it denotes: in normal form KC.
pub(crate) fn normalized(text: &str) -> Text {
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    let normal = unicode::UNICODE_13.normalize(unicode::Form::Nfkc, &points);
    Text::from_code_points(normal).expect("normal forms of characters are characters")
}

pub(crate) fn is_printable(character: char) -> bool {
    unicode::is_printable(u32::from(character))
}
