//! Abstract syntax tree in, code unit out: symbol tables, folding, code generation, assembly
