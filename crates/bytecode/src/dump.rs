//! A canonical text form of code units: equal texts mean equal code objects.
//!
//! `tools/parity.py` writes the same form from CPython's code objects. Text is ASCII;
//! other characters are escaped by number, floats are given by their bits.

use std::fmt::Write;

use literals::{Constant, Text};

use crate::{CodeUnit, Const, Opcode};

impl CodeUnit {
    /// Everything this unit holds, nested units included, line by line.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        write_unit(&mut out, self, 0);
        out
    }
}

fn write_unit(out: &mut String, unit: &CodeUnit, depth: usize) {
    let mut line = |text: std::fmt::Arguments<'_>| {
        out.extend(std::iter::repeat_n(' ', depth));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    line(format_args!("code {}", quoted(&unit.name)));
    line(format_args!(" filename {}", quoted(&unit.filename)));
    line(format_args!(
        " arguments {} {} {} locals {} stack {} flags {:#x} line {}",
        unit.argcount,
        unit.posonlyargcount,
        unit.kwonlyargcount,
        unit.nlocals,
        unit.stacksize,
        unit.flags,
        unit.firstlineno
    ));
    for (label, texts) in [
        ("names", &unit.names),
        ("varnames", &unit.varnames),
        ("freevars", &unit.freevars),
        ("cellvars", &unit.cellvars),
    ] {
        let texts: Vec<String> = texts.iter().map(quoted).collect();
        line(format_args!(" {label} {}", texts.join(" ")));
    }
    let lnotab: Vec<String> = unit
        .lnotab
        .chunks(2)
        .map(|pair| format!("{}{:+}", pair[0], pair.get(1).map_or(0, |&step| step as i8)))
        .collect();
    line(format_args!(" lnotab {}", lnotab.join(" ")));
    for (index, pair) in unit.code.chunks(2).enumerate() {
        let name = Opcode::from_number(pair[0]).map_or("?", Opcode::name);
        line(format_args!(" {} {} {}", index * 2, name, pair.get(1).copied().unwrap_or(0)));
    }
    for constant in &unit.consts {
        match constant {
            Const::Value(value) => {
                out.extend(std::iter::repeat_n(' ', depth + 1));
                let _ = writeln!(out, "const {}", value_text(value));
            }
            Const::Code(inner) => write_unit(out, inner, depth + 1),
        }
    }
}

/// A constant as the dump writes it: `kind` and value, unambiguous.
fn value_text(value: &Constant) -> String {
    match value {
        Constant::None => "None".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::Bool(true) => "True".into(),
        Constant::Bool(false) => "False".into(),
        Constant::Int(value) => format!("{value:#x}"),
        Constant::Float(value) => format!("float:{:016x}", value.to_bits()),
        Constant::Complex(real, imag) => format!("complex:{:016x}:{:016x}", real.to_bits(), imag.to_bits()),
        Constant::Str(text) => quoted(text),
        Constant::Bytes(bytes) => {
            let mut text = String::from("b\"");
            bytes.iter().for_each(|&byte| push_escaped(&mut text, u32::from(byte)));
            text.push('"');
            text
        }
        Constant::Tuple(items) => format!("({})", joined(items.iter().map(value_text).collect())),
        Constant::FrozenSet(items) => {
            let mut texts: Vec<String> = items.iter().map(value_text).collect();
            texts.sort();
            format!("{{{}}}", joined(texts))
        }
    }
}

fn joined(texts: Vec<String>) -> String {
    texts.join(", ")
}

/// A text as the dump writes it.
pub fn quoted(text: &Text) -> String {
    let mut out = String::from("\"");
    text.code_points().for_each(|point| push_escaped(&mut out, point));
    out.push('"');
    out
}

fn push_escaped(out: &mut String, point: u32) {
    match char::from_u32(point) {
        Some(char @ (' '..='~')) if char != '"' && char != '\\' => out.push(char),
        _ => {
            let _ = write!(out, "\\{{{point:x}}}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_unambiguous() {
        let tuple = Constant::Tuple([Constant::Bool(true), Constant::Int((-255).into())].as_slice().into());
        assert_eq!(value_text(&tuple), "(True, -0xff)");
        assert_eq!(value_text(&Constant::Float(-0.0)), "float:8000000000000000");
        assert_eq!(value_text(&Constant::Str("a\"\u{e9}\n".into())), r#""a\{22}\{e9}\{a}""#);
    }
}
