//! Unicode 13.0 as CPython 3.9 has it: character properties, case mappings, normal forms, names
