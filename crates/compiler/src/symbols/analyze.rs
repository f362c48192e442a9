//! Where every name lives, decided from how all blocks use it.

use literals::Text;

use super::{BlockId, BlockKind, Scope, SymbolTable, usage};
use crate::failure::{CompileFailure, Result};
use crate::pool::{QuickMap, QuickSet};

type Names = QuickSet<Text>;

pub(super) fn analyze(table: &mut SymbolTable) -> Result {
    analyze_block(table, 0, None, &Names::default()).map(drop)
}

/// Resolves the names of a block and those within, given the names that enclosing functions bind
/// (`None` at the top) and those declared global. Gives the names that it needs from outside.
fn analyze_block(
    table: &mut SymbolTable,
    id: BlockId,
    bound: Option<&Names>,
    global: &Names,
) -> Result<Names> {
    let kind = table.blocks[id].kind;
    let mut resolver = Resolver {
        bound: bound.cloned(),
        global: global.clone(),
        local: Names::default(),
        free: Names::default(),
        scopes: QuickMap::default(),
    };
    let names: Vec<(Text, u32)> =
        table.blocks[id].symbols.iter().map(|(name, flags)| (name.clone(), flags)).collect();
    for (name, flags) in &names {
        resolver.resolve(table, id, name, *flags)?;
    }
    let Resolver { bound: bound_here, global: global_here, local, mut free, mut scopes } = resolver;

    // What a class body binds is not seen by the functions in it.
    let (mut bound_within, global_within) = match kind {
        BlockKind::Class => (bound.cloned().unwrap_or_default(), global.clone()),
        _ => (bound_here.clone().unwrap_or_default(), global_here),
    };
    match kind {
        BlockKind::Function => bound_within.extend(local),
        BlockKind::Class => {
            bound_within.insert("__class__".into());
        }
        BlockKind::Module => {}
    }
    let mut free_within = Names::default();
    for child in table.blocks[id].children.clone() {
        free_within.extend(analyze_block(table, child, Some(&bound_within), &global_within)?);
        let child = &table.blocks[child];
        if child.has_free || child.child_has_free {
            table.blocks[id].child_has_free = true;
        }
    }
    match kind {
        BlockKind::Function => {
            for (name, scope) in &mut scopes {
                if *scope == Scope::Local && free_within.remove(name) {
                    *scope = Scope::Cell;
                }
            }
        }
        BlockKind::Class if free_within.remove(&Text::from("__class__")) => {
            table.blocks[id].needs_class_cell = true;
        }
        _ => {}
    }
    record(table, id, &scopes, bound_here.as_ref(), &free_within);
    free.extend(free_within);
    Ok(free)
}

/// Writes what was decided into the block's flags, and adds the names that only pass through it.
fn record(
    table: &mut SymbolTable,
    id: BlockId,
    scopes: &QuickMap<Text, Scope>,
    bound: Option<&Names>,
    free: &Names,
) {
    let block = &mut table.blocks[id];
    for (name, flags) in &mut block.symbols.entries {
        if let Some(&scope) = scopes.get(name) {
            *flags |= (scope as u32) << usage::SCOPE_OFFSET;
        }
    }
    let mut free: Vec<&Text> = free.iter().collect();
    free.sort();
    for name in free {
        match block.symbols.get(name) {
            Some(flags) if block.kind == BlockKind::Class && flags & (usage::BOUND | usage::GLOBAL) != 0 => {
                block.symbols.set(name, flags | usage::FREE_CLASS);
            }
            Some(_) => {}
            None if bound.is_some_and(|bound| !bound.contains(name)) => {}
            None => block.symbols.set(name, (Scope::Free as u32) << usage::SCOPE_OFFSET),
        }
    }
}

struct Resolver {
    bound: Option<Names>,
    global: Names,
    local: Names,
    free: Names,
    scopes: QuickMap<Text, Scope>,
}

impl Resolver {
    fn resolve(&mut self, table: &mut SymbolTable, id: BlockId, name: &Text, flags: u32) -> Result {
        let scope = if flags & usage::GLOBAL != 0 {
            if flags & usage::NONLOCAL != 0 {
                return Err(directive_error(
                    table,
                    id,
                    name,
                    &quoted("name ", name, " is nonlocal and global"),
                ));
            }
            self.global.insert(name.clone());
            if let Some(bound) = &mut self.bound {
                bound.remove(name);
            }
            Scope::GlobalExplicit
        } else if flags & usage::NONLOCAL != 0 {
            let Some(bound) = &self.bound else {
                let text = "nonlocal declaration not allowed at module level";
                return Err(directive_error(table, id, name, text));
            };
            if !bound.contains(name) {
                let text = quoted("no binding for nonlocal ", name, " found");
                return Err(directive_error(table, id, name, &text));
            }
            Scope::Free
        } else if flags & usage::BOUND != 0 {
            self.local.insert(name.clone());
            self.global.remove(name);
            Scope::Local
        } else if self.bound.as_ref().is_some_and(|bound| bound.contains(name)) {
            Scope::Free
        } else {
            if !self.global.contains(name) && table.blocks[id].nested {
                table.blocks[id].has_free = true;
            }
            Scope::GlobalImplicit
        };
        if scope == Scope::Free {
            table.blocks[id].has_free = true;
            self.free.insert(name.clone());
        }
        self.scopes.insert(name.clone(), scope);
        Ok(())
    }
}

fn quoted(before: &str, name: &Text, after: &str) -> String {
    format!("{before}'{}'{after}", name.to_string_lossy())
}

/// A `SyntaxError` at the first declaration of the name in the block.
fn directive_error(table: &SymbolTable, id: BlockId, name: &Text, text: &str) -> Box<CompileFailure> {
    let directive = table.blocks[id].directives.iter().find(|directive| directive.name == *name);
    let (line, offset) = directive.map_or((0, 0), |directive| (directive.line, directive.column + 1));
    CompileFailure::syntax(text, line, offset)
}
