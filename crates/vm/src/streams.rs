//! The standard streams: `sys.stdin`, `sys.stdout`, `sys.stderr`.

use objects::prelude::*;

use crate::config::Config;
use crate::import;
use crate::interpreter::Interpreter;

/// A standard stream before it is opened.
struct Plan {
    descriptor: i32,
    name: &'static str,
    writes: bool,
}

const STREAMS: [Plan; 3] = [
    Plan { descriptor: 0, name: "stdin", writes: false },
    Plan { descriptor: 1, name: "stdout", writes: true },
    Plan { descriptor: 2, name: "stderr", writes: true },
];

/// Makes the standard streams and `open`, by `io`.
pub fn open(config: &Config) -> Result<()> {
    let io = import::import_by_name("io")?;
    let open = io.get_attr(intern!("open"))?;
    Interpreter::current().builtins()?.set(intern!("open"), &open)?;
    let Some(sysdict) = Interpreter::current().sysdict.get() else { return Ok(()) };
    for plan in &STREAMS {
        let stream = plan.open(&io, config)?;
        sysdict.set(Str::intern_static(plan.name), &stream)?;
        sysdict.set(&Str::intern(Str::new(&format!("__{}__", plan.name))), &stream)?;
    }
    Ok(())
}

impl Plan {
    /// The stream; `None` where the descriptor is closed.
    fn open(&self, io: &Object, config: &Config) -> Result<Ref> {
        if !is_usable(self.descriptor) {
            return Ok(none());
        }
        let unbuffered = config.unbuffered && self.writes;
        let mode = if self.writes { "w" } else { "r" };
        let buffering = if unbuffered { 0 } else { -1 };
        let keywords = Dict::new();
        keywords.set(intern!("closefd"), &false_())?;
        let raw_mode = format!("{mode}b");
        let arguments = Tuple::new([
            self.descriptor.into_object()?,
            raw_mode.as_str().into_object()?,
            Int::new(buffering).into_object(),
        ])?;
        let binary = io.get_attr(intern!("open"))?.call_dict(&arguments, Some(&keywords))?;
        let raw = binary.get_attr_opt(intern!("raw"))?.unwrap_or_else(|| binary.clone());
        raw.set_attr(intern!("name"), &Str::new(&format!("<{}>", self.name)))?;
        // SAFETY: a call that only asks about the descriptor.
        let is_terminal = unsafe { libc::isatty(self.descriptor) } == 1;
        let line_buffering = is_terminal || self.descriptor == 2;
        let keywords = Dict::new();
        keywords.set(intern!("encoding"), &Str::new(config.stream_encoding.as_deref().unwrap_or("utf-8")))?;
        keywords.set(intern!("errors"), &Str::new(&self.errors(config)))?;
        keywords.set(intern!("newline"), &Str::new("\n"))?;
        keywords.set(intern!("line_buffering"), &bool_object(line_buffering && !unbuffered))?;
        keywords.set(intern!("write_through"), &bool_object(unbuffered))?;
        let wrapper = io.get_attr(intern!("TextIOWrapper"))?;
        let arguments = Tuple::new([binary])?;
        let stream = wrapper.call_dict(&arguments, Some(&keywords))?;
        stream.set_attr(intern!("mode"), &Str::new(mode))?;
        Ok(stream)
    }

    /// How the stream handles what its encoding cannot say.
    fn errors(&self, config: &Config) -> String {
        match &config.stream_errors {
            // What is reported must get through, whatever it is.
            _ if self.descriptor == 2 => "backslashreplace".to_owned(),
            Some(errors) => errors.clone(),
            None if config.stream_encoding.is_some() => "strict".to_owned(),
            None if config.utf8_mode || crate::locale::is_plain() => "surrogateescape".to_owned(),
            None => "strict".to_owned(),
        }
    }
}

fn is_usable(descriptor: i32) -> bool {
    // SAFETY: a call that only asks for the descriptor's flags.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) >= 0 }
}
