//! `_stat`: the bits of a file's mode.

use objects::prelude::*;

pub use _stat::{DEFINITION, initialize};

/// S_IFMT_: file type bits
///
/// The constants are masks and values of a mode's bits (S_), places in the result of os.stat() (ST_), and flags
/// of files on BSD systems (UF_, SF_).
#[module(name = "_stat")]
pub mod _stat {
    use objects::arguments::Place;
    use objects::module::Module;
    use objects::prelude::*;

    const CONSTANTS: &[(&str, i64)] = &[
        ("S_IFDIR", libc::S_IFDIR as i64),
        ("S_IFCHR", libc::S_IFCHR as i64),
        ("S_IFBLK", libc::S_IFBLK as i64),
        ("S_IFREG", libc::S_IFREG as i64),
        ("S_IFIFO", libc::S_IFIFO as i64),
        ("S_IFLNK", libc::S_IFLNK as i64),
        ("S_IFSOCK", libc::S_IFSOCK as i64),
        // Kinds of file that this system does not have.
        ("S_IFDOOR", 0),
        ("S_IFPORT", 0),
        ("S_IFWHT", 0),
        ("S_ISUID", libc::S_ISUID as i64),
        ("S_ISGID", libc::S_ISGID as i64),
        ("S_ISVTX", libc::S_ISVTX as i64),
        ("S_ENFMT", libc::S_ISGID as i64),
        ("S_IREAD", libc::S_IRUSR as i64),
        ("S_IWRITE", libc::S_IWUSR as i64),
        ("S_IEXEC", libc::S_IXUSR as i64),
        ("S_IRWXU", libc::S_IRWXU as i64),
        ("S_IRUSR", libc::S_IRUSR as i64),
        ("S_IWUSR", libc::S_IWUSR as i64),
        ("S_IXUSR", libc::S_IXUSR as i64),
        ("S_IRWXG", libc::S_IRWXG as i64),
        ("S_IRGRP", libc::S_IRGRP as i64),
        ("S_IWGRP", libc::S_IWGRP as i64),
        ("S_IXGRP", libc::S_IXGRP as i64),
        ("S_IRWXO", libc::S_IRWXO as i64),
        ("S_IROTH", libc::S_IROTH as i64),
        ("S_IWOTH", libc::S_IWOTH as i64),
        ("S_IXOTH", libc::S_IXOTH as i64),
        ("UF_NODUMP", 0x1),
        ("UF_IMMUTABLE", 0x2),
        ("UF_APPEND", 0x4),
        ("UF_OPAQUE", 0x8),
        ("UF_NOUNLINK", 0x10),
        ("UF_COMPRESSED", 0x20),
        ("UF_HIDDEN", 0x8000),
        ("SF_ARCHIVED", 0x1_0000),
        ("SF_IMMUTABLE", 0x2_0000),
        ("SF_APPEND", 0x4_0000),
        ("SF_NOUNLINK", 0x10_0000),
        ("SF_SNAPSHOT", 0x20_0000),
        ("ST_MODE", 0),
        ("ST_INO", 1),
        ("ST_DEV", 2),
        ("ST_NLINK", 3),
        ("ST_UID", 4),
        ("ST_GID", 5),
        ("ST_SIZE", 6),
        ("ST_ATIME", 7),
        ("ST_MTIME", 8),
        ("ST_CTIME", 9),
    ];

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        CONSTANTS.iter().try_for_each(|&(name, value)| module.add(name, value))
    }

    /// A file's mode as an argument.
    #[derive(Clone, Copy)]
    struct Mode(u32);

    impl<'a> FromArgument<'a> for Mode {
        fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
            let Some(mode) = value.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
            if mode.is_negative() {
                bail!(OverflowError, "can't convert negative value to unsigned int");
            }
            match mode.to_u64().map(u32::try_from) {
                Some(Ok(mode)) => Ok(Mode(mode)),
                Some(Err(_)) => Err(raise!(OverflowError, "mode out of range")),
                None => Err(raise!(OverflowError, "Python int too large to convert to C unsigned long")),
            }
        }
    }

    impl Mode {
        fn is(self, kind: u32) -> bool {
            self.0 & libc::S_IFMT == kind
        }
    }

    /// S_ISDIR(mode) -> bool
    ///
    /// Whether the mode is a directory's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISDIR(mode: Mode) -> bool {
        mode.is(libc::S_IFDIR)
    }

    /// S_ISCHR(mode) -> bool
    ///
    /// Whether the mode is a character special device file's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISCHR(mode: Mode) -> bool {
        mode.is(libc::S_IFCHR)
    }

    /// S_ISBLK(mode) -> bool
    ///
    /// Whether the mode is a block special device file's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISBLK(mode: Mode) -> bool {
        mode.is(libc::S_IFBLK)
    }

    /// S_ISREG(mode) -> bool
    ///
    /// Whether the mode is a regular file's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISREG(mode: Mode) -> bool {
        mode.is(libc::S_IFREG)
    }

    /// S_ISFIFO(mode) -> bool
    ///
    /// Whether the mode is a named pipe's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISFIFO(mode: Mode) -> bool {
        mode.is(libc::S_IFIFO)
    }

    /// S_ISLNK(mode) -> bool
    ///
    /// Whether the mode is a symbolic link's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISLNK(mode: Mode) -> bool {
        mode.is(libc::S_IFLNK)
    }

    /// S_ISSOCK(mode) -> bool
    ///
    /// Whether the mode is a socket's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISSOCK(mode: Mode) -> bool {
        mode.is(libc::S_IFSOCK)
    }

    /// S_ISDOOR(mode) -> bool
    ///
    /// Whether the mode is a door's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISDOOR(_mode: Mode) -> bool {
        false
    }

    /// S_ISPORT(mode) -> bool
    ///
    /// Whether the mode is an event port's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISPORT(_mode: Mode) -> bool {
        false
    }

    /// S_ISWHT(mode) -> bool
    ///
    /// Whether the mode is a whiteout's.
    #[function("(mode, /)", no_text_signature)]
    fn S_ISWHT(_mode: Mode) -> bool {
        false
    }

    /// Keep the bits of a mode that chmod() sets: permissions, set-ID bits and the sticky bit.
    #[function("(mode, /)", no_text_signature)]
    fn S_IMODE(mode: Mode) -> u32 {
        mode.0 & 0o7777
    }

    /// Keep the bits of a mode that say what kind of file it is, to compare with S_IFREG and the like.
    #[function("(mode, /)", no_text_signature)]
    fn S_IFMT(mode: Mode) -> u32 {
        mode.0 & libc::S_IFMT
    }

    /// Spell a mode out as `ls -l` does: the kind of file, then three permissions each for
    /// its owner, its group and the others, as in 'drwxr-xr-x'.
    #[function("(mode, /)", no_text_signature)]
    fn filemode(mode: Mode) -> String {
        let kind = match mode.0 & libc::S_IFMT {
            libc::S_IFREG => '-',
            libc::S_IFDIR => 'd',
            libc::S_IFLNK => 'l',
            libc::S_IFBLK => 'b',
            libc::S_IFCHR => 'c',
            libc::S_IFIFO => 'p',
            libc::S_IFSOCK => 's',
            _ => '?',
        };
        let mut text = String::from(kind);
        // Of the owner, the group, the others; each with a special bit that shows in the place of `x`.
        let special = [(libc::S_ISUID, 's', 'S'), (libc::S_ISGID, 's', 'S'), (libc::S_ISVTX, 't', 'T')];
        for (place, (bit, with, without)) in special.into_iter().enumerate() {
            let rights = mode.0 >> (6 - 3 * place);
            text.push(if rights & 4 != 0 { 'r' } else { '-' });
            text.push(if rights & 2 != 0 { 'w' } else { '-' });
            text.push(match (rights & 1 != 0, mode.0 & bit != 0) {
                (true, true) => with,
                (false, true) => without,
                (true, false) => 'x',
                (false, false) => '-',
            });
        }
        text
    }
}
