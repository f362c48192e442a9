//! The command line and the environment, as `python3.9` reads them (Using Python, section 1).

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

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

/// A command line that cannot be followed: what to say before the short usage.
#[derive(Debug)]
pub struct Misuse(pub String);

pub const USAGE: &str = "usage: krait [option] ... [-c cmd | -m mod | file | -] [arg] ...\n";

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
-X opt : set an implementation-specific option
file   : a program read from a file
-      : a program read from standard input
arg ...: arguments passed to the program in sys.argv[1:]
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
pub fn parse(arguments: Vec<OsString>, config: &mut Config) -> Result<Run, Misuse> {
    let mut optimize = 0;
    let mut run = None;
    let mut warnings = Vec::new();
    let mut rest = arguments.into_iter();
    while run.is_none() {
        let Some(argument) = rest.next() else { break };
        let bytes = argument.as_bytes();
        match bytes {
            b"-" => {
                run = Some((Run::Input, b"-".to_vec()));
                break;
            }
            b"--help" => run = Some((Run::Help, Vec::new())),
            b"--version" => run = Some((Run::Version, Vec::new())),
            b"--" => {}
            [b'-', b'-', ..] => {
                return Err(Misuse(format!("unknown option {}\n", argument.to_string_lossy())));
            }
            [b'-', ..] => {
                let mut letters = &bytes[1..];
                while let Some((&letter, tail)) = letters.split_first() {
                    letters = tail;
                    // The options with a value take the rest of the word, or the next one.
                    let mut value = || {
                        let value = match tail.is_empty() {
                            false => Some(OsStr::from_bytes(tail).to_owned()),
                            true => rest.next(),
                        };
                        value.ok_or_else(|| {
                            Misuse(format!("Argument expected for the -{} option\n", char::from(letter)))
                        })
                    };
                    match letter {
                        b'b' => config.bytes_warning += 1,
                        b'B' => config.write_bytecode = false,
                        b'd' => config.parser_debug += 1,
                        b'E' => config.use_environment = false,
                        b'h' | b'?' => run = Some((Run::Help, Vec::new())),
                        b'i' => {
                            config.inspect = true;
                            config.interactive = true;
                        }
                        b'I' => {
                            config.isolated = true;
                            config.use_environment = false;
                            config.user_site = false;
                        }
                        b'O' => optimize += 1,
                        b'q' => config.quiet = true,
                        b'R' => {}
                        b's' => config.user_site = false,
                        b'S' => config.import_site = false,
                        b'u' => config.unbuffered = true,
                        b'v' => config.verbose += 1,
                        b'V' => run = Some((Run::Version, Vec::new())),
                        b'x' => config.skip_first_line = true,
                        b'c' => {
                            let mut command = value()?.into_vec();
                            command.push(b'\n');
                            run = Some((Run::Command(command), b"-c".to_vec()));
                            letters = &[];
                        }
                        b'm' => {
                            run = Some((Run::Module(value()?), b"-m".to_vec()));
                            letters = &[];
                        }
                        b'W' => {
                            warnings.push(value()?.to_string_lossy().into_owned());
                            letters = &[];
                        }
                        b'X' => {
                            config.x_options.push(value()?.to_string_lossy().into_owned());
                            letters = &[];
                        }
                        _ => return Err(Misuse(format!("Unknown option: -{}\n", char::from(letter)))),
                    }
                }
            }
            _ => {
                let path = bytes.to_vec();
                run = Some((Run::File(PathBuf::from(&argument)), path));
            }
        }
    }
    let (run, program) = run.unwrap_or((Run::Input, Vec::new()));
    config.arguments = std::iter::once(program).chain(rest.map(OsStringExt::into_vec)).collect();
    read_environment(config, optimize);
    let from_environment = variable(config, "PYTHONWARNINGS");
    let from_environment = from_environment
        .iter()
        .flat_map(|list| list.to_string_lossy().split(',').map(str::to_owned).collect::<Vec<_>>());
    config.warn_options = from_environment.chain(warnings).collect();
    if config.x_options.iter().any(|option| option == "dev") {
        config.dev_mode = true;
    }
    Ok(run)
}

fn read_environment(config: &mut Config, optimize: i32) {
    config.optimize = optimize.max(level(config, "PYTHONOPTIMIZE")).min(2) as u8;
    config.parser_debug = config.parser_debug.max(level(config, "PYTHONDEBUG"));
    config.verbose = config.verbose.max(level(config, "PYTHONVERBOSE"));
    config.write_bytecode &= variable(config, "PYTHONDONTWRITEBYTECODE").is_none();
    config.unbuffered |= variable(config, "PYTHONUNBUFFERED").is_some();
    config.user_site &= variable(config, "PYTHONNOUSERSITE").is_none();
    config.inspect |= variable(config, "PYTHONINSPECT").is_some();
    config.dev_mode |= variable(config, "PYTHONDEVMODE").is_some();
    let path = variable(config, "PYTHONPATH");
    config.extra_path = path.iter().flat_map(std::env::split_paths).collect();
    let seed = variable(config, "PYTHONHASHSEED").and_then(|seed| seed.to_str().map(str::to_owned));
    config.hash_seed = seed.filter(|seed| seed != "random").and_then(|seed| seed.parse().ok());
    config.hash_randomization = config.hash_seed != Some(0);
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
        assert_eq!(config.warn_options, ["error"]);
        assert_eq!(config.arguments, [b"-c".to_vec(), b"-v".to_vec(), b"x".to_vec()]);
    }

    #[test]
    fn wrong_options_are_told() {
        let mut config = Config::default();
        let unknown = parse(vec!["-Z".into()], &mut config).unwrap_err();
        assert_eq!(unknown.0, "Unknown option: -Z\n");
        let missing = parse(vec!["-m".into()], &mut config).unwrap_err();
        assert_eq!(missing.0, "Argument expected for the -m option\n");
    }
}
