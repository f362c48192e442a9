//! `_symtable`: the compiler's symbol tables as objects, and the native half of `symtable`.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;

use compiler::SymbolTable;
use compiler::symbols::{BlockId, Scope, usage};
use objects::arguments::Place;
use objects::prelude::*;

use crate::code::text;

/// The symbol table of one block.
#[repr(C)]
#[derive(Trace)]
pub struct Entry {
    base: Object,
    /// A number that no other block has.
    id: Field,
    name: Field,
    /// Names with their flags.
    symbols: Field,
    /// Parameters.
    varnames: Field,
    /// The blocks directly within.
    children: Field,
    nested: Cell<c_int>,
    kind: Cell<c_int>,
    line: Cell<c_int>,
}

impl Entry {
    /// The object of a block. Blocks nest no deeper than the compiler, which has built them, could go.
    fn of(table: &SymbolTable, id: BlockId) -> Result<Ref<Entry>> {
        let block = &table.blocks[id];
        let symbols = Dict::new();
        for (name, flags) in block.symbols.iter() {
            symbols.set(&*text(name)?, &*Int::from_u64(flags.into()))?;
        }
        let varnames = block.varnames.iter().map(text).collect::<Result<Vec<_>>>()?;
        let varnames = List::from_vec(varnames.into_iter().map(Ref::into_object).collect());
        let children = List::new();
        for &child in &block.children {
            children.push(Entry::of(table, child)?.into_object())?;
        }
        let entry = Ref::new(Entry {
            base: Object::header(),
            id: Field::null(),
            name: Field::new(Some(text(&block.name)?.into_object())),
            symbols: Field::new(Some(symbols.into_object())),
            varnames: Field::new(Some(varnames.into_object())),
            children: Field::new(Some(children.into_object())),
            nested: Cell::new(block.nested.into()),
            kind: Cell::new(block.kind as c_int),
            line: Cell::new(block.line as c_int),
        });
        let address = entry.as_object().as_ptr() as usize;
        entry.id.set(Some(Int::from_usize(address).into_object()));
        Ok(entry)
    }
}

#[class(name = "symtable entry", static_ = ENTRY, generic_getattro)]
impl Entry {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let part = |field: &Field| field.get().unwrap_or_else(none).str();
        let (name, id) = (part(&self.name)?, part(&self.id)?);
        Str::try_new(&format!("<symtable entry {name}({id}), line {}>", self.line.get()))
    }

    #[member(OBJECT, readonly)]
    const id: usize = offset_of!(Entry, id);
    #[member(OBJECT, readonly)]
    const name: usize = offset_of!(Entry, name);
    #[member(OBJECT, readonly)]
    const symbols: usize = offset_of!(Entry, symbols);
    #[member(OBJECT, readonly)]
    const varnames: usize = offset_of!(Entry, varnames);
    #[member(OBJECT, readonly)]
    const children: usize = offset_of!(Entry, children);
    #[member(INT, readonly)]
    const nested: usize = offset_of!(Entry, nested);
    #[member(INT, readonly, name = "type")]
    const kind: usize = offset_of!(Entry, kind);
    #[member(INT, readonly)]
    const lineno: usize = offset_of!(Entry, line);
}

/// The name of a file as an argument.
struct FileName(Ref<Str>);

impl<'a> FromArgument<'a> for FileName {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        crate::paths::decoded_path(value).map(FileName)
    }
}

#[module(name = "_symtable")]
pub mod module {
    use compiler::symbols::BlockKind;
    use syntax::Mode;

    use super::*;
    use crate::builtins::source_bytes;
    use crate::compile::{self, Request};

    #[exec]
    fn exec(module: &objects::module::Module) -> Result<()> {
        let numbers = [
            ("USE", usage::USE),
            ("DEF_GLOBAL", usage::GLOBAL),
            ("DEF_NONLOCAL", usage::NONLOCAL),
            ("DEF_LOCAL", usage::LOCAL),
            ("DEF_PARAM", usage::PARAM),
            ("DEF_FREE", usage::FREE),
            ("DEF_FREE_CLASS", usage::FREE_CLASS),
            ("DEF_IMPORT", usage::IMPORT),
            ("DEF_BOUND", usage::BOUND),
            ("DEF_ANNOT", usage::ANNOTATED),
            ("TYPE_FUNCTION", BlockKind::Function as u32),
            ("TYPE_CLASS", BlockKind::Class as u32),
            ("TYPE_MODULE", BlockKind::Module as u32),
            ("LOCAL", Scope::Local as u32),
            ("GLOBAL_EXPLICIT", Scope::GlobalExplicit as u32),
            ("GLOBAL_IMPLICIT", Scope::GlobalImplicit as u32),
            ("FREE", Scope::Free as u32),
            ("CELL", Scope::Cell as u32),
            ("SCOPE_OFF", usage::SCOPE_OFFSET),
            ("SCOPE_MASK", usage::SCOPE_MASK),
        ];
        numbers.into_iter().try_for_each(|(name, number)| module.add(name, number))
    }

    /// What the compiler knows of the names in a source: the entry of the outermost scope, which has the others.
    #[function("(source, filename, startstr, /)")]
    fn symtable(source: &Object, filename: FileName, startstr: &str) -> Result<Ref<Entry>> {
        let filename = filename.0;
        let mut flags = 0;
        let bytes = source_bytes(source, "symtable", "string or bytes", &mut flags)?;
        let mode = match startstr {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            _ => bail!(ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'"),
        };
        let request = Request { flags, ..Request::new(&filename, mode) };
        let parsed = compile::parse(&bytes, &request)?;
        Entry::of(&compile::symbol_table(&parsed.module, &request)?, 0)
    }
}
