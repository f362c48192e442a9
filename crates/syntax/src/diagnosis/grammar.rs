//! The notation of `python.grammar`, read into rules.

use crate::token::TokenKind;
use std::collections::HashMap;
use std::iter::Peekable;
use std::sync::LazyLock;

/// An index into [`Grammar::rules`].
pub(super) type RuleId = u16;

pub(super) struct Grammar {
    pub(super) rules: Vec<Rule>,
    names: HashMap<&'static str, RuleId>,
}

/// A named rule, or a group within one.
pub(super) struct Rule {
    pub(super) alternatives: Vec<Alternative>,
    /// Whether it recognises an error.
    pub(super) invalid: bool,
    /// Whether its results are kept.
    pub(super) memo: bool,
    /// How many levels of nesting CPython counts it as.
    pub(super) levels: u32,
}

#[derive(Default)]
pub(super) struct Alternative {
    pub(super) items: Vec<Item>,
    /// The item that the action is about.
    pub(super) captured: Option<usize>,
    pub(super) action: Option<Action>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    Token(TokenKind),
    Rule(RuleId),
    Optional(RuleId),
    /// Any number of matches, at least so many.
    Repeated(RuleId, u8),
    /// One or more matches with separators between them.
    Gathered(TokenKind, RuleId),
    /// Positive or negative lookahead.
    Lookahead(RuleId, bool),
    /// No other alternative is tried any more.
    Cut,
}

/// What a matched alternative means.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// An error at the last token read.
    Error(&'static str),
    /// An error at the captured item, whose description takes the place of `{}`.
    ErrorAt(&'static str),
    IndentationError(&'static str),
    /// What is matched is an error before Python 3.N.
    Since(u8, &'static str),
    AssignmentTarget,
    LoopTarget,
    DeletionTarget,
    UnparenthesizedGenerator,
    PositionalArgument,
    Inequality,
    Number,
    Strings,
}

pub(super) static PYTHON: LazyLock<Grammar> = LazyLock::new(|| Grammar::read(include_str!("python.grammar")));

impl Grammar {
    pub(super) fn rule(&self, name: &str) -> RuleId {
        self.names[name]
    }

    fn read(text: &'static str) -> Grammar {
        let definitions = definitions(text);
        let mut names = HashMap::new();
        let mut rules = Vec::new();
        for (id, &(header, _)) in definitions.iter().enumerate() {
            let (header, memo) = match header.strip_suffix(" (memo)") {
                Some(header) => (header, true),
                None => (header, false),
            };
            let (name, levels) = header.split_once('/').unwrap_or((header, "1"));
            names.insert(name, id as RuleId);
            rules.push(Rule {
                alternatives: Vec::new(),
                invalid: name.starts_with("invalid_"),
                memo,
                levels: levels.parse().expect("levels are a number"),
            });
        }
        let mut reader = Reader { names: &names, rules };
        for (id, (_, body)) in definitions.iter().enumerate() {
            let mut symbols = symbols(body).into_iter().peekable();
            reader.rules[id].alternatives = reader.alternatives(&mut symbols);
        }
        Grammar { rules: reader.rules, names }
    }
}

/// Names and bodies of the rules: a line that is not indented begins one.
fn definitions(text: &'static str) -> Vec<(&'static str, String)> {
    let mut definitions: Vec<(&str, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match (line.starts_with(' '), definitions.last_mut()) {
            (true, Some((_, body))) => body.push_str(line),
            _ => {
                let (name, body) = line.split_once(':').expect("a rule has a colon after its name");
                definitions.push((name, body.to_owned()));
            }
        }
    }
    definitions
}

/// Names, quoted strings and marks.
fn symbols(body: &str) -> Vec<String> {
    let mut symbols = Vec::new();
    let mut characters = body.chars().peekable();
    while let Some(first) = characters.next() {
        let mut symbol = String::from(first);
        match first {
            ' ' => continue,
            '\'' | '"' => {
                while let Some(character) = characters.next() {
                    match character {
                        '\\' => symbol.extend(characters.next()),
                        _ => symbol.push(character),
                    }
                    if character == first {
                        break;
                    }
                }
            }
            '=' if characters.next_if_eq(&'>').is_some() => symbol.push('>'),
            _ if first.is_ascii_alphanumeric() || first == '_' => {
                while let Some(character) = characters.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    symbol.push(character);
                }
            }
            _ => {}
        }
        symbols.push(symbol);
    }
    symbols
}

struct Reader<'n> {
    names: &'n HashMap<&'static str, RuleId>,
    rules: Vec<Rule>,
}

type Symbols = Peekable<std::vec::IntoIter<String>>;

fn at(symbols: &mut Symbols, expected: &str) -> bool {
    symbols.next_if(|symbol| symbol == expected).is_some()
}

/// The text of a quoted string, which lives as long as the grammar: forever.
fn text(symbols: &mut Symbols) -> &'static str {
    let quoted = symbols.next().expect("the action has a text");
    String::leak(quoted[1..quoted.len() - 1].to_owned())
}

impl Reader<'_> {
    fn alternatives(&mut self, symbols: &mut Symbols) -> Vec<Alternative> {
        at(symbols, "|");
        let mut alternatives = vec![self.alternative(symbols)];
        while at(symbols, "|") {
            alternatives.push(self.alternative(symbols));
        }
        alternatives
    }

    fn alternative(&mut self, symbols: &mut Symbols) -> Alternative {
        let mut alternative = Alternative::default();
        while let Some(symbol) = symbols.peek() {
            match symbol.as_str() {
                "|" | ")" | "]" => break,
                "=>" => {
                    symbols.next();
                    alternative.action = Some(action(symbols));
                }
                _ => self.item(symbols, &mut alternative),
            }
        }
        alternative
    }

    fn item(&mut self, symbols: &mut Symbols, alternative: &mut Alternative) {
        let symbol = symbols.next().expect("an item is next");
        if at(symbols, "=") {
            alternative.captured = Some(alternative.items.len());
            return self.item(symbols, alternative);
        }
        let item = match symbol.as_str() {
            "~" => Item::Cut,
            "&" | "!" => {
                let ahead = self.atom_symbol(symbols);
                Item::Lookahead(self.rule_of(ahead), symbol == "&")
            }
            "[" => Item::Optional(self.optional(symbols)),
            _ => self.suffixed(symbol, symbols),
        };
        alternative.items.push(item);
    }

    /// What stands in brackets: a level of its own only where it is more than one item.
    fn optional(&mut self, symbols: &mut Symbols) -> RuleId {
        let alternatives = self.alternatives(symbols);
        assert!(at(symbols, "]"), "an option is closed");
        let levels = match &alternatives[..] {
            [alternative] if alternative.items.len() == 1 => 0,
            _ => 1,
        };
        self.add(alternatives, levels)
    }

    fn suffixed(&mut self, symbol: String, symbols: &mut Symbols) -> Item {
        let item = self.atom(symbol, symbols);
        if at(symbols, "*") {
            return Item::Repeated(self.rule_of(item), 0);
        }
        if at(symbols, "+") {
            return Item::Repeated(self.rule_of(item), 1);
        }
        match item {
            Item::Token(separator) if at(symbols, ".") => {
                let element = self.atom_symbol(symbols);
                assert!(at(symbols, "+"), "a separated list has one element or more");
                Item::Gathered(separator, self.rule_of(element))
            }
            _ => item,
        }
    }

    fn atom_symbol(&mut self, symbols: &mut Symbols) -> Item {
        let symbol = symbols.next().expect("an item is next");
        self.atom(symbol, symbols)
    }

    fn atom(&mut self, symbol: String, symbols: &mut Symbols) -> Item {
        if symbol == "(" {
            return self.group(symbols, ")");
        }
        let spelling = symbol.trim_matches('\'');
        match self.names.get(spelling) {
            Some(&rule) if spelling == symbol => Item::Rule(rule),
            _ => {
                Item::Token(TokenKind::named(spelling).unwrap_or_else(|| panic!("no rule or token {symbol}")))
            }
        }
    }

    fn group(&mut self, symbols: &mut Symbols, closing: &str) -> Item {
        let alternatives = self.alternatives(symbols);
        assert!(at(symbols, closing), "a group is closed");
        Item::Rule(self.add(alternatives, 1))
    }

    fn add(&mut self, alternatives: Vec<Alternative>, levels: u32) -> RuleId {
        self.rules.push(Rule { alternatives, invalid: false, memo: false, levels });
        (self.rules.len() - 1) as RuleId
    }

    fn rule_of(&mut self, item: Item) -> RuleId {
        match item {
            Item::Rule(rule) => rule,
            _ => self.add(vec![Alternative { items: vec![item], ..Alternative::default() }], 0),
        }
    }
}

fn action(symbols: &mut Symbols) -> Action {
    let name = symbols.next().expect("an action has a name");
    match name.as_str() {
        "error" if at(symbols, "at") => {
            symbols.next();
            Action::ErrorAt(text(symbols))
        }
        "error" => Action::Error(text(symbols)),
        "indentation_error" => Action::IndentationError(text(symbols)),
        "since" => {
            let minor = symbols.next().and_then(|minor| minor.parse().ok()).expect("a version is a number");
            Action::Since(minor, text(symbols))
        }
        "assignment_target" => Action::AssignmentTarget,
        "loop_target" => Action::LoopTarget,
        "deletion_target" => Action::DeletionTarget,
        "unparenthesized_generator" => Action::UnparenthesizedGenerator,
        "positional_argument" => Action::PositionalArgument,
        "inequality" => Action::Inequality,
        "number" => Action::Number,
        "strings" => Action::Strings,
        _ => panic!("no action {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_reads() {
        let grammar = &*PYTHON;
        let atom = &grammar.rules[grammar.rule("atom") as usize];
        assert_eq!(atom.alternatives.len(), 11);
        assert!(matches!(atom.alternatives[6].action, Some(Action::Number)));
        assert!(grammar.rules[grammar.rule("invalid_kwarg") as usize].invalid);
    }
}
