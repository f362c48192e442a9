//! The hint at a `print` or `exec` statement of Python 2.

/// The message that takes the place of a `SyntaxError`'s own where its line is such a statement, alone
/// or after the first colon, and has no parenthesis.
pub fn missing_parentheses(line: &str) -> Option<String> {
    if line.contains('(') {
        return None;
    }
    let after_colon = line.split_once(':').map(|(_, after)| after);
    [Some(line), after_colon].into_iter().flatten().find_map(legacy_statement)
}

fn legacy_statement(text: &str) -> Option<String> {
    let text = text.trim_start();
    if text.starts_with("exec ") {
        return Some("Missing parentheses in call to 'exec'".to_owned());
    }
    let data = text.strip_prefix("print ")?;
    let data = data.split_once(';').map_or(data, |(before, _)| before);
    let data = data.trim_matches([' ', '\t', '\r', '\n']);
    let end = if data.ends_with(',') { " end=\" \"" } else { "" };
    Some(format!("Missing parentheses in call to 'print'. Did you mean print({data}{end})?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_their_hints() {
        let print = |argument: &str| {
            Some(format!("Missing parentheses in call to 'print'. Did you mean print({argument})?"))
        };
        let exec = || Some("Missing parentheses in call to 'exec'".to_owned());
        let table = [
            ("print 1\n", print("1")),
            ("  if x:print a ,  ;b", print("a , end=\" \"")),
            ("a: print b; print c", print("b")),
            ("x: exec a", exec()),
            ("exec\ta", None),
            ("print (a) b", None),
            ("a:b: print c", None),
            ("printf a", None),
        ];
        for (line, expected) in table {
            assert_eq!(missing_parentheses(line), expected, "{line:?}");
        }
    }
}
