//! Validation of trees that did not come from the parser.
