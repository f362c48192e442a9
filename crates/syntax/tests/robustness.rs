//! Malformed, deep and large sources: each an answer, never a panic, a hang or a stack overflow.

use std::cell::Cell;
use syntax::{ExceptionClass, Mode, Options, StackLimit, SyntaxFailure};

/// The stack of a process's main thread, as systems have it.
const STACK: usize = 8 << 20;

thread_local! {
    static LIMIT: Cell<Option<StackLimit>> = const { Cell::new(None) };
}

/// What the parser's deepest calls may take beyond its limit.
const RESERVE: usize = 64 << 10;

/// Runs on a stack of which the parser may fill so much.
fn on_stack(size: usize, test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(size + RESERVE).spawn(move || {
        LIMIT.set(Some(StackLimit::below(size)));
        test();
    });
    thread.unwrap().join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn on_main_stack(test: impl FnOnce() + Send + 'static) {
    on_stack(STACK, test);
}

/// What parsing gives, without the tree.
fn parse(source: &str) -> Result<(), SyntaxFailure> {
    let stack = LIMIT.get().unwrap_or_default();
    syntax::parse(source.as_bytes(), Mode::Exec, &Options { stack, ..Options::default() }).map(drop)
}

fn class(source: &str) -> Option<ExceptionClass> {
    parse(source).err().map(|failure| failure.class)
}

#[test]
fn deep_nesting_has_the_limits_of_the_grammar() {
    on_main_stack(|| {
        let nested =
            |open: &str, close: &str, depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        let memory_error = Some(ExceptionClass::MemoryError);
        let table = [
            ("(", ")", 198, None),
            ("(", ")", 100_000, Some(ExceptionClass::SyntaxError)),
            ("f(a, *", ")", 150, None),
            ("-", "", 5960, None),
            ("-", "", 5990, memory_error),
            ("not ", "", 100_000, memory_error),
            ("lambda: ", "", 2900, None),
            ("lambda: ", "", 3000, memory_error),
            ("x if y else ", "", 5900, None),
            ("x if y else ", "", 6000, memory_error),
            ("x**", "", 100_000, memory_error),
        ];
        for (open, close, depth, expected) in table {
            assert_eq!(class(&nested(open, close, depth)), expected, "{depth} times {open}");
        }
        let elifs = |count: usize| format!("if x: pass\n{}", "elif x: pass\n".repeat(count));
        assert_eq!(class(&elifs(5000)), None);
        assert_eq!(class(&elifs(10_000)), memory_error);
        let blocks =
            |depth: usize| (0..depth).map(|level| format!("{:level$}if x:\n", "")).collect::<String>();
        assert_eq!(class(&(blocks(99) + &" ".repeat(99) + "pass")), None);
        assert_eq!(class(&(blocks(100) + &" ".repeat(100) + "pass")), Some(ExceptionClass::IndentationError));
    });
}

#[test]
fn the_native_stack_is_a_limit_of_its_own() {
    on_stack(512 << 10, || {
        let openings = ["-", "not ", "lambda: ", "x if y else ", "x**", "if x: pass\nelif x: pass\n"];
        for opening in openings {
            let deep = match opening.strip_prefix("if x: pass\n") {
                Some(branch) => format!("if x: pass\n{}", branch.repeat(5000)),
                None => opening.repeat(2900) + "x",
            };
            let found = class(&deep);
            assert!(matches!(found, None | Some(ExceptionClass::MemoryError)), "{opening} {found:?}");
            assert!(class(&(deep + " $")).is_some(), "{opening}");
        }
    });
    on_stack(64 << 10, || {
        let memory_error = Some(ExceptionClass::MemoryError);
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x[", "]"), ("f(*", ")"), ("(yield ", ")")]
        {
            let deep = format!("{}x{}", open.repeat(190), close.repeat(190));
            assert_eq!(class(&deep), memory_error, "{open}");
            assert_eq!(class(&(deep + " $")), memory_error, "{open}");
            assert_eq!(
                class(&format!("f'{{{}'", open.repeat(150))),
                Some(ExceptionClass::SyntaxError),
                "{open}"
            );
        }
        let blocks: String = (0..95).map(|level| format!("{:level$}if x:\n", "")).collect();
        assert_eq!(class(&(blocks + &" ".repeat(95) + "pass")), memory_error);
    });
}

#[test]
fn long_chains_nest_to_the_left_without_recursion() {
    on_main_stack(|| {
        for link in ["+x", ".x", "()", "[x]", " is x", " or x", ", x"] {
            assert_eq!(class(&format!("x{}", link.repeat(100_000))), None, "{link}");
        }
        let megabytes = 10 << 20;
        let sum = format!("1{}", "+1".repeat(megabytes / 2));
        assert_eq!(class(&sum), Some(ExceptionClass::RecursionError));
        assert_eq!(class(&format!("{} $", &sum[..100_001])), Some(ExceptionClass::SyntaxError));
        assert_eq!(class(&format!("[{}]", "1,".repeat(megabytes / 2))), None);
        assert_eq!(class(&format!("x = '{}'", "a".repeat(megabytes))), None);
        assert_eq!(class(&"9".repeat(100_000)), None);
    });
}

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn malformed_sources_are_answered() {
    const PIECES: &[&str] = &[
        "x",
        "1",
        "'s'",
        "f'{x",
        "f'{x!r:{y}}'",
        "b'",
        "'''",
        "\\",
        "\n",
        "\n  ",
        "\t",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "=",
        ":=",
        "*",
        "**",
        "->",
        "@",
        ".",
        "...",
        "lambda",
        "def f(",
        "class A",
        "if",
        "else",
        "for",
        "in",
        "with",
        "as",
        "async",
        "await",
        "yield",
        "from",
        "import",
        "del",
        "try:",
        "except",
        "return",
        "#",
        "é",
        "€",
        "\u{feff}",
        "0x",
        "1e",
        "# type: ignore",
        "# coding: latin-1\n",
        ";",
        "print ",
        "\x0c",
        "\r",
        "\\N{",
    ];
    on_main_stack(|| {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for round in 0..20_000 {
            let mut source = Vec::new();
            for _ in 0..random.below(24) {
                match random.below(12) {
                    0 => source.push(random.below(256) as u8),
                    _ => source.extend(PIECES[random.below(PIECES.len())].bytes()),
                }
                if random.below(2) == 0 {
                    source.push(b' ');
                }
            }
            let mode = [Mode::Exec, Mode::Eval, Mode::Single, Mode::FunctionType][round % 4];
            let options = Options {
                type_comments: random.below(2) == 0,
                ignore_cookie: random.below(2) == 0,
                dont_imply_dedent: random.below(2) == 0,
                feature_version: 3 + random.below(7) as u8,
                ..Options::default()
            };
            let _ = syntax::parse(&source, mode, &options);
        }
    });
}
