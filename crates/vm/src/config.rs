//! What a program is started with: command line and environment, decided before start-up.

use std::path::PathBuf;

/// The configuration of an interpreter.
#[derive(Clone, Debug)]
pub struct Config {
    pub parser_debug: i32,
    pub inspect: bool,
    pub interactive: bool,
    pub optimize: u8,
    pub write_bytecode: bool,
    pub user_site: bool,
    pub import_site: bool,
    pub use_environment: bool,
    pub verbose: i32,
    pub bytes_warning: i32,
    pub quiet: bool,
    pub hash_randomization: bool,
    /// `PYTHONHASHSEED`, unless it is `random` or absent.
    pub hash_seed: Option<u32>,
    /// `-x`: the source's first line is not Python.
    pub skip_first_line: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub unbuffered: bool,
    /// `sys.argv`.
    pub arguments: Vec<Vec<u8>>,
    /// `sys.orig_argv`'s first: the program.
    pub executable: PathBuf,
    /// The folder of the standard library's Python files.
    pub stdlib: Option<PathBuf>,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    pub base_prefix: PathBuf,
    /// `PYTHONPATH`.
    pub extra_path: Vec<PathBuf>,
    pub warn_options: Vec<String>,
    pub x_options: Vec<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            parser_debug: 0,
            inspect: false,
            interactive: false,
            optimize: 0,
            write_bytecode: true,
            user_site: true,
            import_site: true,
            use_environment: true,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            hash_randomization: true,
            hash_seed: None,
            skip_first_line: false,
            isolated: false,
            dev_mode: false,
            utf8_mode: false,
            unbuffered: false,
            arguments: Vec::new(),
            executable: PathBuf::new(),
            stdlib: None,
            prefix: PathBuf::new(),
            base_prefix: PathBuf::new(),
            extra_path: Vec::new(),
            warn_options: Vec::new(),
            x_options: Vec::new(),
        }
    }
}
