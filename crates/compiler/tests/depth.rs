//! Trees of any depth: what is too deep is a `RecursionError`, never an overflow of the native stack.

use compiler::{Exception, Options, Recursion};
use syntax::{Mode, StackLimit};

/// Sources that nest as deep as asked without parentheses.
const NESTINGS: [(&str, fn(usize) -> String); 9] = [
    ("operators", |depth| "a".to_owned() + &"+a".repeat(depth)),
    ("attributes", |depth| "a".to_owned() + &".a".repeat(depth)),
    ("calls", |depth| "a".to_owned() + &"()".repeat(depth)),
    ("methods", |depth| "a".to_owned() + &".a()".repeat(depth / 2)),
    ("subscripts", |depth| "a".to_owned() + &"[0]".repeat(depth)),
    ("signs", |depth| "-".repeat(depth) + "a"),
    ("negations", |depth| "if ".to_owned() + &"not ".repeat(depth) + "a: b"),
    ("alternatives", |depth| "if a: b\n".to_owned() + &"elif a: b\n".repeat(depth)),
    ("lambdas", |depth| "lambda: ".repeat(depth) + "a"),
];

/// Wide, not deep: recursion over a list of parts counts too.
const LISTS: [(&str, fn(usize) -> String); 3] = [
    ("context managers", |count| "with ".to_owned() + &"a, ".repeat(count) + "a: b"),
    ("generators", |count| "[a".to_owned() + &" for a in b".repeat(count) + "]"),
    ("targets", |count| "a = ".repeat(count) + "a"),
];

fn outcome(source: &str, limit: usize, stack: usize) -> Result<(), (Exception, String)> {
    let endless = StackLimit::below(usize::MAX);
    let reading = syntax::Options { max_depth: u32::MAX, stack: endless, ..syntax::Options::default() };
    let mut parsed = syntax::parse(source.as_bytes(), Mode::Exec, &reading).unwrap();
    let recursion = Recursion { limit, depth: 0, stack: StackLimit::below(stack) };
    let options = Options { recursion, ..Options::default() };
    compiler::compile(&mut parsed.module, &"deep".into(), &options)
        .map(drop)
        .map_err(|failure| (failure.exception, failure.message))
}

fn with_stack(size: usize, test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(size).spawn(test).unwrap().join().unwrap();
}

fn too_deep() -> Result<(), (Exception, String)> {
    Err((Exception::RecursionError, "maximum recursion depth exceeded during compilation".into()))
}

#[test]
fn the_recursion_limit_counts_three_levels_for_one() {
    with_stack(256 << 20, || {
        for (name, nesting) in NESTINGS {
            assert_eq!(outcome(&nesting(2900), 1000, 200 << 20), Ok(()), "{name}");
            assert_eq!(outcome(&nesting(3100), 1000, 200 << 20), too_deep(), "{name}");
        }
    });
}

#[test]
fn the_native_stack_is_a_limit_of_its_own() {
    with_stack(64 << 20, || {
        for (name, nesting) in NESTINGS {
            assert_eq!(outcome(&nesting(20_000), 1_000_000, 1 << 20), too_deep(), "{name}");
        }
    });
}

#[test]
fn long_lists_are_no_deep_trees() {
    with_stack(64 << 20, || {
        for (name, list) in LISTS {
            // Context managers nest blocks, of which there may be twenty.
            let result = outcome(&list(3000), 1000, 32 << 20);
            match name {
                "context managers" => {
                    assert_eq!(result.unwrap_err().1, "too many statically nested blocks");
                }
                _ => assert_eq!(result, Ok(()), "{name}"),
            }
        }
    });
}
