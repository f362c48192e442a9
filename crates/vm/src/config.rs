//! What a program is started with: command line and environment, decided before start-up.

use std::path::PathBuf;

use objects::memory::domains::Source;

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
    /// Whether CPython's compiled modules in `lib-dynload` come before the program's own (`-X native=cpython`).
    pub compiled_modules_first: bool,
    /// Whether `-X utf8` or `PYTHONUTF8` says so or otherwise.
    pub utf8_chosen: bool,
    /// `PYTHONMALLOC`: where memory comes from.
    pub memory_source: Source,
    /// How often `-V` was given.
    pub version_asked: u32,
    pub unbuffered: bool,
    /// `PYTHONIOENCODING`: the encoding and the way of handling errors of the standard streams.
    pub stream_encoding: Option<String>,
    pub stream_errors: Option<String>,
    /// The limit of `sys.set_int_max_str_digits`, where it was given.
    pub max_text_digits: Option<i32>,
    /// `-X pycache_prefix`.
    pub pycache_prefix: Option<PathBuf>,
    /// `-X importtime`.
    pub import_time: bool,
    /// `-X faulthandler`.
    pub fault_handler: bool,
    /// `-X tracemalloc`: how many frames of a trace are kept.
    pub trace_memory: Option<u16>,
    /// `--check-hash-based-pycs`.
    pub check_hash_based_pycs: &'static str,
    /// `PYTHONPLATLIBDIR`.
    pub platform_library_folder: String,
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
            utf8_chosen: false,
            compiled_modules_first: false,
            memory_source: Source::default(),
            version_asked: 0,
            unbuffered: false,
            stream_encoding: None,
            stream_errors: None,
            max_text_digits: None,
            pycache_prefix: None,
            import_time: false,
            fault_handler: false,
            trace_memory: None,
            check_hash_based_pycs: "default",
            platform_library_folder: "lib".to_owned(),
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
