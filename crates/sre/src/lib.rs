//! The engine behind `re`: runs the code words that sre_compile makes
