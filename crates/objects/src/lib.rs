//! The object model: header, references, types, protocols, memory, every built-in type
