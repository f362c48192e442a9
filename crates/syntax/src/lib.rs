//! Source decoding, tokenizer, parser and abstract syntax tree of Python 3.9
