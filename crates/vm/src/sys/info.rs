//! What `sys` tells of the interpreter and the machine: records of constants.

use objects::namespace::SimpleNamespace;
use objects::prelude::*;
use objects::struct_sequence::Definition;

use crate::config::Config;

/// The version of the language and library: the CPython that this equals.
pub const VERSION: (u8, u8, u8) = (3, 9, 18);
pub const HEX_VERSION: u32 = 0x0309_12f0;

static VERSION_INFO: Definition = Definition::new(
    c"sys.version_info",
    c"sys.version_info\n\nVersion information as a named tuple.",
    5,
    &[
        (c"major", Some(c"Major release number")),
        (c"minor", Some(c"Minor release number")),
        (c"micro", Some(c"Patch release number")),
        (c"releaselevel", Some(c"'alpha', 'beta', 'candidate', or 'final'")),
        (c"serial", Some(c"Serial release number")),
    ],
);

static FLAGS: Definition = Definition::new(
    c"sys.flags",
    c"sys.flags\n\nFlags provided through command line arguments or environment vars.",
    16,
    &[
        (c"debug", Some(c"-d")),
        (c"inspect", Some(c"-i")),
        (c"interactive", Some(c"-i")),
        (c"optimize", Some(c"-O or -OO")),
        (c"dont_write_bytecode", Some(c"-B")),
        (c"no_user_site", Some(c"-s")),
        (c"no_site", Some(c"-S")),
        (c"ignore_environment", Some(c"-E")),
        (c"verbose", Some(c"-v")),
        (c"bytes_warning", Some(c"-b")),
        (c"quiet", Some(c"-q")),
        (c"hash_randomization", Some(c"-R")),
        (c"isolated", Some(c"-I")),
        (c"dev_mode", Some(c"-X dev")),
        (c"utf8_mode", Some(c"-X utf8")),
        (c"int_max_str_digits", Some(c"-X int_max_str_digits")),
    ],
);

static FLOAT_INFO: Definition = Definition::new(
    c"sys.float_info",
    c"sys.float_info\n\nA named tuple holding information about the float type.",
    11,
    &[
        (c"max", Some(c"largest finite float")),
        (c"max_exp", Some(c"largest e for which 2**(e-1) is a float")),
        (c"max_10_exp", Some(c"largest e for which 10**e is a float")),
        (c"min", Some(c"smallest positive normal float")),
        (c"min_exp", Some(c"smallest e for which 2**(e-1) is a normal float")),
        (c"min_10_exp", Some(c"smallest e for which 10**e is a normal float")),
        (c"dig", Some(c"decimal digits that survive conversion")),
        (c"mant_dig", Some(c"digits of the mantissa")),
        (c"epsilon", Some(c"difference between 1 and the next float")),
        (c"radix", Some(c"base of the exponent")),
        (c"rounds", Some(c"rounding mode of arithmetic")),
    ],
);

static INT_INFO: Definition = Definition::new(
    c"sys.int_info",
    c"sys.int_info\n\nA named tuple that holds information about integers.",
    4,
    &[
        (c"bits_per_digit", Some(c"bits of a digit")),
        (c"sizeof_digit", Some(c"bytes of a digit")),
        (c"default_max_str_digits", Some(c"limit of conversions from and to text, unless set")),
        (c"str_digits_check_threshold", Some(c"the lowest limit that can be set")),
    ],
);

static HASH_INFO: Definition = Definition::new(
    c"sys.hash_info",
    c"sys.hash_info\n\nA named tuple of the parameters of hashing.",
    9,
    &[
        (c"width", Some(c"bits of a hash")),
        (c"modulus", Some(c"prime that numeric hashes are taken modulo")),
        (c"inf", Some(c"hash of infinity")),
        (c"nan", Some(c"hash of not-a-number")),
        (c"imag", Some(c"multiplier of the imaginary part")),
        (c"algorithm", Some(c"algorithm for str, bytes and memoryview")),
        (c"hash_bits", Some(c"bits of the algorithm's output")),
        (c"seed_bits", Some(c"bits of the algorithm's seed")),
        (c"cutoff", Some(c"length below which another algorithm is used")),
    ],
);

static THREAD_INFO: Definition = Definition::new(
    c"sys.thread_info",
    c"sys.thread_info\n\nA named tuple that holds information about threads.",
    3,
    &[
        (c"name", Some(c"name of the thread implementation")),
        (c"lock", Some(c"how locks are made")),
        (c"version", Some(c"name and version of the thread library")),
    ],
);

/// Adds the records.
pub fn add(dict: &Dict, config: &Config) -> Result<()> {
    let version_info = version_info()?;
    let set = |name: &'static str, value: Ref| dict.set(Str::intern_static(name), &value);
    set("version_info", version_info.clone())?;
    set("flags", flags(config)?)?;
    set("float_info", FLOAT_INFO.build(float_values()?)?)?;
    set("int_info", INT_INFO.build(values(&[30, 4, 4300, 640]))?)?;
    set("hash_info", hash_info()?)?;
    set(
        "thread_info",
        THREAD_INFO.build(vec!["pthread".into_object()?, "semaphore".into_object()?, thread_library()?])?,
    )?;
    set("implementation", implementation(version_info)?)?;
    set("hexversion", HEX_VERSION.into_object()?)?;
    set("api_version", 1013.into_object()?)?;
    set("version", version().into_object()?)?;
    set("copyright", COPYRIGHT.into_object()?)?;
    set("platform", std::env::consts::OS.replace("macos", "darwin").into_object()?)?;
    set("byteorder", if cfg!(target_endian = "big") { "big" } else { "little" }.into_object()?)?;
    set("maxsize", isize::MAX.into_object()?)?;
    set("maxunicode", 0x10_ffff.into_object()?)?;
    set("float_repr_style", "short".into_object()?)?;
    set("abiflags", "".into_object()?)?;
    set("_framework", "".into_object()?)?;
    set("_git", ("CPython", "", "").into_object()?)
}

/// The name and version of the C library's threads, where it tells.
fn thread_library() -> Result<Ref> {
    const GNU_LIBPTHREAD_VERSION: libc::c_int = 3;
    let mut text = [0_u8; 64];
    // SAFETY: the buffer has this size.
    let length = unsafe { libc::confstr(GNU_LIBPTHREAD_VERSION, text.as_mut_ptr().cast(), text.len()) };
    match text.get(..length.saturating_sub(1)) {
        Some(version) if length > 0 => String::from_utf8_lossy(version).into_object(),
        _ => Ok(none()),
    }
}

const COPYRIGHT: &str = "Krait: the authors of Krait. The standard library: the Python Software Foundation.";

pub fn version() -> String {
    let (major, minor, micro) = VERSION;
    format!("{major}.{minor}.{micro} (Krait {}) \n[Rust]", env!("CARGO_PKG_VERSION"))
}

fn values(numbers: &[i64]) -> Vec<Ref> {
    numbers.iter().map(|&number| Int::new(number).into_object()).collect()
}

fn version_info() -> Result<Ref> {
    let (major, minor, micro) = VERSION;
    VERSION_INFO.seal()?;
    VERSION_INFO.build(vec![
        major.into_object()?,
        minor.into_object()?,
        micro.into_object()?,
        "final".into_object()?,
        0.into_object()?,
    ])
}

fn flags(config: &Config) -> Result<Ref> {
    let number = |value: i32| Int::new(value.into()).into_object();
    FLAGS.seal()?;
    FLAGS.build(vec![
        number(config.parser_debug),
        number(config.inspect.into()),
        number(config.interactive.into()),
        number(config.optimize.into()),
        number((!config.write_bytecode).into()),
        number((!config.user_site).into()),
        number((!config.import_site).into()),
        number((!config.use_environment).into()),
        number(config.verbose),
        number(config.bytes_warning),
        number(config.quiet.into()),
        number(config.hash_randomization.into()),
        number(config.isolated.into()),
        bool_object(config.dev_mode),
        number(config.utf8_mode.into()),
        number(config.max_text_digits.unwrap_or(-1)),
    ])
}

fn float_values() -> Result<Vec<Ref>> {
    let float = |value: f64| Float::new(value).into_object();
    let int = |value: i64| Int::new(value).into_object();
    Ok(vec![
        float(f64::MAX),
        int(f64::MAX_EXP.into()),
        int(f64::MAX_10_EXP.into()),
        float(f64::MIN_POSITIVE),
        int(f64::MIN_EXP.into()),
        int(f64::MIN_10_EXP.into()),
        int(f64::DIGITS.into()),
        int(f64::MANTISSA_DIGITS.into()),
        float(f64::EPSILON),
        int(f64::RADIX.into()),
        int(1),
    ])
}

fn hash_info() -> Result<Ref> {
    let mut parts = values(&[64, (1 << 61) - 1, 314_159, 0, 1_000_003]);
    parts.push("siphash24".into_object()?);
    parts.extend(values(&[64, 128, 0]));
    HASH_INFO.build(parts)
}

fn implementation(version: Ref) -> Result<Ref> {
    let attributes = Dict::new();
    attributes.set(intern!("name"), &Str::new("cpython"))?;
    attributes.set(intern!("cache_tag"), &Str::new("cpython-39"))?;
    attributes.set(intern!("version"), &version)?;
    attributes.set(intern!("hexversion"), &Int::new(HEX_VERSION.into()))?;
    let multiarch = format!("{}-{}-gnu", std::env::consts::ARCH, std::env::consts::OS);
    attributes.set(intern!("_multiarch"), &Str::new(&multiarch))?;
    Ok(SimpleNamespace::new(Some(&attributes))?.into_object())
}
