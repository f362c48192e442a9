//! The command line and the environment, as `python3.9` reads them (Using Python, section 1).

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use objects::memory::domains::Source;
use vm::config::Config;

/// What is to be run.
#[derive(Debug)]
pub enum Run {
    /// `-c command`.
    Command(Vec<u8>),
    /// `-m module`.
    Module(OsString),
    /// A file, or a folder or zip file with a `__main__.py`.
    File(PathBuf),
    /// Standard input.
    Input,
    Version,
    Help,
}

/// A command line or environment that cannot be followed.
#[derive(Debug)]
pub enum Refusal {
    /// What to say before the short usage.
    Misuse(String),
    /// A setting with a wrong value: the end of the process, and what it says.
    BadSetting(String),
}

/// The first line of help.
pub fn usage(program: &Path) -> String {
    format!("usage: {} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n", program.display())
}

pub const HELP: &str = "\
Options and arguments (and corresponding environment variables):
-b     : warn about comparing bytes with str; -bb: make that an error
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : run a program passed in as string (ends the options)
-d     : turn on parser debugging output; also PYTHONDEBUG=x
-E     : ignore PYTHON* environment variables
-h     : print this help message and exit (also --help)
-i     : go on interactively after running the script; also PYTHONINSPECT=x
-I     : isolate from the user's environment (implies -E and -s)
-m mod : run a library module as a script (ends the options)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-q     : don't print version and copyright messages on interactive start-up
-s     : don't add the user's site directory to sys.path; also PYTHONNOUSERSITE
-S     : don't imply 'import site' on initialisation
-u     : force the stdout and stderr streams to be unbuffered; also PYTHONUNBUFFERED=x
-v     : say of each module where it is imported from; also PYTHONVERBOSE=x
-V     : print the version number and exit (also --version)
-W arg : control warnings: action:message:category:module:lineno; also PYTHONWARNINGS=arg
-x     : skip the first line of the source
-X opt : set an implementation-specific option:
         faulthandler: show the Python traceback when the process crashes
         oldparser: accepted and ignored, there is one parser
         showrefcount: accepted and ignored, only debug builds count references
         tracemalloc[=NFRAME]: trace memory from the start, with NFRAME frames each
         importtime: tell how long each import takes
         dev: development mode: all warnings shown, faulthandler enabled
         utf8[=0]: UTF-8 whatever the locale says; also PYTHONUTF8
         pycache_prefix=PATH: keep .pyc files in a tree of their own
         native=krait|cpython: whose native modules to take where both have one
         int_max_str_digits=N: how many digits int() and str() convert, 0 for any
--check-hash-based-pycs always|default|never:
         whether .pyc files that have a hash are checked against their source
file   : a program read from a file
-      : a program read from standard input (interactive at a terminal)
arg ...: arguments passed to the program in sys.argv[1:]

Other environment variables:
PYTHONSTARTUP: a file that the interactive shell runs first
PYTHONPATH: folders to import from, separated by ':'
PYTHONHOME: the prefix of the standard library
PYTHONPLATLIBDIR: sys.platlibdir
PYTHONIOENCODING: encoding[:errors] of the standard streams
PYTHONFAULTHANDLER: as -X faulthandler
PYTHONHASHSEED: 'random', or the number that seeds the hashes of str and bytes
PYTHONINTMAXSTRDIGITS: as -X int_max_str_digits
PYTHONCOERCECLOCALE: 0 keeps the C locale as it is
PYTHONBREAKPOINT: what breakpoint() calls, 0 for nothing
PYTHONDEVMODE: as -X dev
PYTHONMALLOC: pymalloc or malloc, with checks of each block as pymalloc_debug (or debug) or malloc_debug
PYTHONPYCACHEPREFIX: as -X pycache_prefix
PYTHONTRACEMALLOC: as -X tracemalloc=NFRAME
PYTHONPROFILEIMPORTTIME: as -X importtime
";

/// A variable of the environment that is set to something.
fn variable(config: &Config, name: &str) -> Option<OsString> {
    if !config.use_environment {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The number that a variable stands for: any text that is no number counts as 1.
fn level(config: &Config, name: &str) -> i32 {
    variable(config, name)
        .map_or(0, |value| value.to_str().and_then(|text| text.parse().ok()).unwrap_or(1).max(0))
}

/// Reads the options; what is to be run, and the arguments that follow.
pub fn parse(arguments: Vec<OsString>, config: &mut Config) -> Result<Run, Refusal> {
    let mut options = Options::default();
    let mut rest = arguments.into_iter();
    let (run, program) = options.read(&mut rest, config)?;
    config.arguments = std::iter::once(program).chain(rest.map(OsStringExt::into_vec)).collect();
    if options.help {
        return Ok(Run::Help);
    }
    if config.version_asked > 0 {
        return Ok(Run::Version);
    }
    read_environment(config, options.optimize);
    read_settings(config).map_err(Refusal::BadSetting)?;
    if options.random_hashes {
        config.hash_seed = None;
        config.hash_randomization = true;
    }
    config.warn_options = warn_options(config, options.warnings);
    Ok(run)
}

/// What the options say that is not decided by them alone.
#[derive(Default)]
struct Options {
    optimize: i32,
    random_hashes: bool,
    warnings: Vec<String>,
    help: bool,
}

impl Options {
    /// Takes the options off the command line; what is to be run, and `sys.argv[0]`.
    fn read(
        &mut self,
        rest: &mut impl Iterator<Item = OsString>,
        config: &mut Config,
    ) -> Result<(Run, Vec<u8>), Refusal> {
        while let Some(argument) = rest.next() {
            match argument.as_bytes() {
                b"-" => return Ok((Run::Input, b"-".to_vec())),
                b"--help" => self.help = true,
                b"--version" => config.version_asked += 1,
                b"--check-hash-based-pycs" => {
                    let value = rest.next().ok_or_else(|| {
                        let what = "Argument expected for the --check-hash-based-pycs options\n";
                        Refusal::Misuse(what.to_owned())
                    })?;
                    config.check_hash_based_pycs = hash_check(&value)?;
                }
                b"--" => break,
                [b'-', b'-', ..] => {
                    return Err(Refusal::Misuse(format!("unknown option {}\n", argument.to_string_lossy())));
                }
                [b'-', letters @ ..] => {
                    if let Some(run) = self.read_letters(letters, rest, config)? {
                        return Ok(run);
                    }
                }
                path => {
                    let path = path.to_vec();
                    return Ok((Run::File(absolute(argument)), path));
                }
            }
        }
        Ok(match rest.next() {
            Some(argument) => {
                let path = argument.as_bytes().to_vec();
                (Run::File(absolute(argument)), path)
            }
            None => (Run::Input, Vec::new()),
        })
    }

    /// A word of options, a letter each. One with a value takes the rest of the word, or the next one.
    fn read_letters(
        &mut self,
        mut letters: &[u8],
        rest: &mut impl Iterator<Item = OsString>,
        config: &mut Config,
    ) -> Result<Option<(Run, Vec<u8>)>, Refusal> {
        while let Some((&letter, tail)) = letters.split_first() {
            letters = tail;
            let mut value = || {
                let value = match tail.is_empty() {
                    false => Some(OsStr::from_bytes(tail).to_owned()),
                    true => rest.next(),
                };
                let letter = char::from(letter);
                value.ok_or_else(|| Refusal::Misuse(format!("Argument expected for the -{letter} option\n")))
            };
            match letter {
                b'b' => config.bytes_warning += 1,
                b'B' => config.write_bytecode = false,
                b'd' => config.parser_debug += 1,
                b'E' => config.use_environment = false,
                b'h' | b'?' => self.help = true,
                b'i' => {
                    config.inspect = true;
                    config.interactive = true;
                }
                b'I' => {
                    config.isolated = true;
                    config.use_environment = false;
                    config.user_site = false;
                }
                b'J' => return Err(Refusal::Misuse("-J is reserved for Jython\n".to_owned())),
                b'O' => self.optimize += 1,
                b'q' => config.quiet = true,
                b'R' => self.random_hashes = true,
                b's' => config.user_site = false,
                b'S' => config.import_site = false,
                b'u' => config.unbuffered = true,
                b'v' => config.verbose += 1,
                b'V' => config.version_asked += 1,
                b'x' => config.skip_first_line = true,
                b'c' => {
                    let mut command = value()?.into_vec();
                    command.push(b'\n');
                    return Ok(Some((Run::Command(command), b"-c".to_vec())));
                }
                b'm' => return Ok(Some((Run::Module(value()?), b"-m".to_vec()))),
                b'W' => {
                    self.warnings.push(value()?.to_string_lossy().into_owned());
                    break;
                }
                b'X' => {
                    config.x_options.push(value()?.to_string_lossy().into_owned());
                    break;
                }
                _ => return Err(Refusal::Misuse(format!("Unknown option: -{}\n", char::from(letter)))),
            }
        }
        Ok(None)
    }
}

/// A script by its absolute name, which its `__file__` is. Nothing is taken out of the name.
fn absolute(path: OsString) -> PathBuf {
    std::env::current_dir().map(|folder| folder.join(&path)).unwrap_or(PathBuf::from(path))
}

fn hash_check(value: &OsStr) -> Result<&'static str, Refusal> {
    ["always", "never", "default"].into_iter().find(|&known| value == known).ok_or_else(|| {
        let what = "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n";
        Refusal::Misuse(what.to_owned())
    })
}

fn read_environment(config: &mut Config, optimize: i32) {
    config.optimize = optimize.max(level(config, "PYTHONOPTIMIZE")).min(255) as u8;
    config.parser_debug = config.parser_debug.max(level(config, "PYTHONDEBUG"));
    config.verbose = config.verbose.max(level(config, "PYTHONVERBOSE"));
    config.write_bytecode &= level(config, "PYTHONDONTWRITEBYTECODE") == 0;
    config.unbuffered |= level(config, "PYTHONUNBUFFERED") > 0;
    config.user_site &= level(config, "PYTHONNOUSERSITE") == 0;
    config.inspect |= level(config, "PYTHONINSPECT") > 0;
    let path = variable(config, "PYTHONPATH");
    config.extra_path = path.iter().flat_map(std::env::split_paths).collect();
    if let Some(folder) = variable(config, "PYTHONPLATLIBDIR") {
        config.platform_library_folder = folder.to_string_lossy().into_owned();
    }
    if let Some(choice) = variable(config, "PYTHONIOENCODING") {
        let choice = choice.to_string_lossy().into_owned();
        let (encoding, errors) = choice.split_once(':').unwrap_or((&choice, ""));
        let chosen = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        config.stream_encoding = chosen(encoding);
        config.stream_errors = chosen(errors);
    }
}

/// The value of an `-X` option: none where it is not given, the empty text where it has no value.
fn x_option<'a>(config: &'a Config, name: &str) -> Option<&'a str> {
    config.x_options.iter().rev().find_map(|option| match option.split_once('=') {
        Some((option, value)) => (option == name).then_some(value),
        None => (option == name).then_some(""),
    })
}

/// The settings that an option or a variable gives; what is wrong with a value.
fn read_settings(config: &mut Config) -> Result<(), String> {
    let text = |name: &str| variable(config, name).map(|value| value.to_string_lossy().into_owned());
    let failed = |what: &str| Err(format!("{what}\nPython runtime state: preinitialized"));
    let utf8 = match (x_option(config, "utf8"), text("PYTHONUTF8").as_deref()) {
        (Some("" | "1"), _) | (None, Some("1")) => Some(true),
        (Some("0"), _) | (None, Some("0")) => Some(false),
        (None, None) => None,
        (given, _) => {
            let what = match given {
                Some(_) => "invalid -X utf8 option value",
                None => "invalid PYTHONUTF8 environment variable value",
            };
            return Err(format!("preconfig_init_utf8_mode: {what}\nPython runtime state: preinitializing"));
        }
    };
    let dev_mode = x_option(config, "dev").is_some() || level(config, "PYTHONDEVMODE") > 0;
    let memory_source = match text("PYTHONMALLOC") {
        None if dev_mode => Source::PymallocDebug,
        None => Source::default(),
        Some(name) => Source::named(&name).ok_or(
            "preconfig_init_allocator: PYTHONMALLOC: unknown allocator\nPython runtime state: preinitializing",
        )?,
    };
    let seed = match text("PYTHONHASHSEED").as_deref() {
        None | Some("random") => None,
        Some(seed) => match seed.parse() {
            Ok(seed) => Some(seed),
            Err(_) => {
                return failed(
                    "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range \
                     [0; 4294967295]",
                );
            }
        },
    };
    let digits = |value: &str, given: &str| match value.parse() {
        Ok(limit) if limit == 0 || limit >= 640 => Ok(Some(limit)),
        _ => failed(&format!(
            "config_init_int_max_str_digits: {given}: invalid limit; must be >= 640 or 0 for unlimited."
        ))
        .map(|()| None),
    };
    let max_text_digits = match (x_option(config, "int_max_str_digits"), text("PYTHONINTMAXSTRDIGITS")) {
        (Some(value), _) => digits(value, "-X int_max_str_digits")?,
        (None, Some(value)) => digits(&value, "PYTHONINTMAXSTRDIGITS")?,
        (None, None) => None,
    };
    let frames = |value: &str, given: &str| match value.parse() {
        Ok(frames) => Ok(Some(frames).filter(|&frames: &u16| frames > 0)),
        Err(_) => {
            failed(&format!("config_init_tracemalloc: {given}: invalid number of frames")).map(|()| None)
        }
    };
    let trace_memory = match (x_option(config, "tracemalloc"), text("PYTHONTRACEMALLOC")) {
        (Some(""), _) => Some(1),
        (Some(value), _) => frames(value, "-X tracemalloc=NFRAME")?,
        (None, Some(value)) => frames(&value, "PYTHONTRACEMALLOC")?,
        (None, None) => None,
    };
    let pycache_prefix = match x_option(config, "pycache_prefix") {
        Some(prefix) => Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
        None => text("PYTHONPYCACHEPREFIX"),
    };
    let compiled_modules_first = match x_option(config, "native") {
        None | Some("krait") => false,
        Some("cpython") => true,
        Some(_) => return failed("-X native: must be \"krait\" or \"cpython\""),
    };
    let fault_handler = dev_mode
        || x_option(config, "faulthandler").is_some()
        || variable(config, "PYTHONFAULTHANDLER").is_some();
    let import_time =
        x_option(config, "importtime").is_some() || variable(config, "PYTHONPROFILEIMPORTTIME").is_some();
    config.compiled_modules_first = compiled_modules_first;
    config.utf8_mode = utf8.unwrap_or(false);
    config.utf8_chosen = utf8.is_some();
    config.memory_source = memory_source;
    config.hash_seed = seed;
    config.hash_randomization = seed != Some(0);
    config.max_text_digits = max_text_digits;
    config.trace_memory = trace_memory;
    config.pycache_prefix = pycache_prefix.map(PathBuf::from);
    config.dev_mode = dev_mode;
    config.fault_handler = fault_handler;
    config.import_time = import_time;
    Ok(())
}

/// `sys.warnoptions`: what comes later counts more, and what is there already is not said again.
fn warn_options(config: &Config, from_options: Vec<String>) -> Vec<String> {
    let mut options = Vec::new();
    if config.dev_mode {
        options.push("default".to_owned());
    }
    if let Some(list) = variable(config, "PYTHONWARNINGS") {
        options.extend(list.to_string_lossy().split(',').map(str::to_owned));
    }
    options.extend(from_options);
    match config.bytes_warning {
        0 => {}
        1 => options.push("default::BytesWarning".to_owned()),
        _ => options.push("error::BytesWarning".to_owned()),
    }
    let mut seen = HashSet::new();
    options.retain(|option| seen.insert(option.clone()));
    options
}

/// The folder that a script's own imports come from first.
pub fn script_folder(path: &Path) -> PathBuf {
    // A link leads to the script's real folder.
    let path = match std::fs::read_link(path) {
        Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => path.to_owned(),
    };
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> (Run, Config) {
        let mut config = Config { use_environment: false, ..Config::default() };
        let run = parse(arguments.iter().map(OsString::from).collect(), &mut config).unwrap();
        (run, config)
    }

    #[test]
    fn options_end_where_the_program_begins() {
        let (run, config) = parsed(&["-bbOW", "error", "-cprint(1)", "-v", "x"]);
        assert!(matches!(run, Run::Command(command) if command == b"print(1)\n"));
        assert_eq!((config.bytes_warning, config.optimize, config.verbose), (2, 1, 0));
        assert_eq!(config.warn_options, ["error", "error::BytesWarning"]);
        assert_eq!(config.arguments, [b"-c".to_vec(), b"-v".to_vec(), b"x".to_vec()]);
    }

    #[test]
    fn wrong_options_are_told() {
        let mut config = Config::default();
        for (arguments, expected) in [
            (&["-Z"][..], "Unknown option: -Z\n"),
            (&["-m"], "Argument expected for the -m option\n"),
            (&["--foo"], "unknown option --foo\n"),
            (
                &["--check-hash-based-pycs", "x"],
                "--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n",
            ),
        ] {
            let refusal = parse(arguments.iter().map(OsString::from).collect(), &mut config).unwrap_err();
            assert!(matches!(refusal, Refusal::Misuse(what) if what == expected));
        }
    }

    #[test]
    fn wrong_settings_are_told() {
        for (option, expected) in [
            ("-Xtracemalloc=x", "invalid number of frames"),
            ("-Xnative=jython", "must be \"krait\" or \"cpython\""),
        ] {
            let mut config = Config { use_environment: false, ..Config::default() };
            let refusal = parse(vec![option.into()], &mut config).unwrap_err();
            assert!(matches!(refusal, Refusal::BadSetting(what) if what.contains(expected)));
        }
    }

    #[test]
    fn native_modules_can_be_taken_from_cpython() {
        assert!(parsed(&["-Xnative=cpython"]).1.compiled_modules_first);
        assert!(!parsed(&["-Xnative=cpython", "-Xnative=krait"]).1.compiled_modules_first);
    }
}
