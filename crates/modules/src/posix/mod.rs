//! `posix`: the operating system's calls, as `os` and the import system use them.

pub mod arguments;
mod configuration;
mod configuration_names;
mod constants;
mod directories;
mod extended_attributes;
mod files;
mod identity;
mod paths;
pub mod processes;
mod scheduling;
mod spawn;
mod stat;
mod terminals;

use objects::prelude::*;

pub use files::{raised, waited};
pub use posix::{DEFINITION, initialize};

/// What the C library has functions for, as configuration scripts name it; `os` makes its sets of
/// functions that take open files, directories and so on from these.
const HAVE_FUNCTIONS: &[&str] = &[
    "HAVE_FACCESSAT",
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FCHMODAT",
    "HAVE_FCHOWN",
    "HAVE_FCHOWNAT",
    "HAVE_FEXECVE",
    "HAVE_FDOPENDIR",
    "HAVE_FPATHCONF",
    "HAVE_FSTATAT",
    "HAVE_FSTATVFS",
    "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS",
    "HAVE_FUTIMES",
    "HAVE_FUTIMESAT",
    "HAVE_LINKAT",
    "HAVE_LCHOWN",
    "HAVE_LSTAT",
    "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE",
    "HAVE_MKDIRAT",
    "HAVE_MKFIFOAT",
    "HAVE_MKNODAT",
    "HAVE_OPENAT",
    "HAVE_READLINKAT",
    "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT",
    "HAVE_UNLINKAT",
    "HAVE_UTIMENSAT",
];

/// The system's own calls, as POSIX describes them; os makes them portable.
///
/// What each does beyond what its docstring says stands in the system's
/// manual, under the same name.
#[module(
    name = "posix",
    include = [
        super::configuration::functions::FUNCTIONS,
        super::directories::functions::FUNCTIONS,
        super::extended_attributes::functions::FUNCTIONS,
        super::files::functions::FUNCTIONS,
        super::identity::functions::FUNCTIONS,
        super::paths::functions::FUNCTIONS,
        super::processes::functions::FUNCTIONS,
        super::scheduling::functions::FUNCTIONS,
        super::spawn::functions::FUNCTIONS,
        super::stat::functions::FUNCTIONS,
        super::terminals::functions::FUNCTIONS
    ]
)]
pub mod posix {
    use objects::module::Module;
    use objects::prelude::*;

    use super::configuration::{CONFSTR_NAMES, PATHCONF_NAMES, SYSCONF_NAMES, names_dict};
    use super::{HAVE_FUNCTIONS, constants, directories, processes, scheduling, stat, terminals};

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        constants::add(module)?;
        module.add("environ", processes::environment()?.into_object())?;
        module.add("error", exceptions::OSError.to_ref().into_object())?;
        module.add("pathconf_names", names_dict(PATHCONF_NAMES)?.into_object())?;
        module.add("confstr_names", names_dict(CONFSTR_NAMES)?.into_object())?;
        module.add("sysconf_names", names_dict(SYSCONF_NAMES)?.into_object())?;
        let have = HAVE_FUNCTIONS.iter().map(|name| Str::new(name).into_object()).collect();
        module.add("_have_functions", List::from_vec(have).into_object())?;
        objects::type_object::ready(directories::ScandirIterator::class())?;
        let definitions = [
            &terminals::TERMINAL_SIZE,
            &processes::TIMES_RESULT,
            &processes::UNAME_RESULT,
            &processes::WAITID_RESULT,
            &scheduling::SCHED_PARAM,
        ];
        let classes = definitions.into_iter().map(|definition| definition.ready());
        let classes = stat::ready()?.into_iter().map(Ok).chain(classes);
        for class in classes {
            module.add_type(class?)?;
        }
        module.add_type(&directories::DIR_ENTRY)
    }
}
