//! `SyntaxError`: where in the source, besides what.

use std::mem::offset_of;

use super::SyntaxErrorObject;
use super::base::refuse_keywords;
use crate::prelude::*;

/// A table of its own: each class below has an `__init__` in its dictionary too.
#[methods(INIT)]
impl SyntaxErrorObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        refuse_keywords(self.class(), kwargs)?;
        self.args.set(Some(args.to_ref()));
        if let Some(message) = args.items().first() {
            self.msg.set(Some(message.clone()));
        }
        if let [_, details] = args.items() {
            let details = details.collect_tuple()?;
            let [filename, lineno, offset, text] = details.items() else {
                // Not a very good message, but the one that CPython has.
                bail!(IndexError, "tuple index out of range");
            };
            self.filename.set(Some(filename.clone()));
            self.lineno.set(Some(lineno.clone()));
            self.offset.set(Some(offset.clone()));
            self.text.set(Some(text.clone()));
            // An indentation error has enough to say itself.
            if std::ptr::eq(self.class(), &exceptions::SyntaxError) {
                self.explain_print_statement(text)?;
            }
        }
        Ok(())
    }
}

#[methods(SYNTAX_ERROR)]
impl SyntaxErrorObject {
    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let message = match self.msg.get() {
            Some(message) => message.str()?,
            None => none().str()?,
        };
        let filename = self.filename.get().and_then(|filename| filename.into_type::<Str>().ok());
        let filename = filename.map(|filename| {
            let separator = filename.points().iter().rposition(|point| point == u32::from('/'));
            filename.substring(separator.map_or(0, |place| place + 1), filename.len())
        });
        let filename = filename.transpose()?;
        let line = self.lineno.get().and_then(|line| line.into_type::<Int>().ok());
        match (filename, line) {
            (None, None) => Ok(message),
            (Some(filename), Some(line)) => {
                format_str!("{message} ({filename}, line {})", line.as_object().str()?)
            }
            (Some(filename), None) => format_str!("{message} ({filename})"),
            (None, Some(line)) => format_str!("{message} (line {})", line.as_object().str()?),
        }
    }

    /// exception msg
    #[member(OBJECT)]
    const msg: usize = offset_of!(SyntaxErrorObject, msg);

    /// exception filename
    #[member(OBJECT)]
    const filename: usize = offset_of!(SyntaxErrorObject, filename);

    /// exception lineno
    #[member(OBJECT)]
    const lineno: usize = offset_of!(SyntaxErrorObject, lineno);

    /// exception offset
    #[member(OBJECT)]
    const offset: usize = offset_of!(SyntaxErrorObject, offset);

    /// exception text
    #[member(OBJECT)]
    const text: usize = offset_of!(SyntaxErrorObject, text);

    /// exception print_file_and_line
    #[member(OBJECT)]
    const print_file_and_line: usize = offset_of!(SyntaxErrorObject, print_file_and_line);
}

impl SyntaxErrorObject {
    /// A line that looks like Python 2's `print` or `exec` statement gets a message that says so.
    fn explain_print_statement(&self, text: &Object) -> Result<()> {
        let Some(text) = text.downcast::<Str>() else { return Ok(()) };
        let Some(text) = text.as_str() else { return Ok(()) };
        if text.contains('(') {
            return Ok(());
        }
        let statement = |text: &str| {
            let text = text.trim_start();
            if let Some(rest) = text.strip_prefix("print ") {
                let rest = rest.trim();
                let (shown, end) = match rest.strip_suffix(',') {
                    Some(shown) => (shown, " end=\" \""),
                    None => (rest.trim_end_matches(';'), ""),
                };
                let comma = if end.is_empty() { "" } else { "," };
                return Some(format!(
                    "Missing parentheses in call to 'print'. Did you mean print({shown}{comma}{end})?"
                ));
            }
            text.starts_with("exec ").then(|| "Missing parentheses in call to 'exec'".to_owned())
        };
        // The statement may stand behind `if x: print y`.
        let found = statement(text).or_else(|| text.split_once(':').and_then(|(_, rest)| statement(rest)));
        if let Some(message) = found {
            self.msg.set(Some(Str::new(&message).into_object()));
        }
        Ok(())
    }
}
