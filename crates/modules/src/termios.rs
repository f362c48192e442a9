//! `termios`: the modes of terminals.

pub use termios::{DEFINITION, initialize};

use objects::prelude::*;

use crate::constants::{Constants, constants};
use crate::exception_class::ExceptionClass;

const CONSTANTS: Constants = constants![
    B0,
    B1000000,
    B110,
    B115200,
    B1152000,
    B1200,
    B134,
    B150,
    B1500000,
    B1800,
    B19200,
    B200,
    B2000000,
    B230400,
    B2400,
    B2500000,
    B300,
    B3000000,
    B3500000,
    B38400,
    B4000000,
    B460800,
    B4800,
    B50,
    B500000,
    B57600,
    B576000,
    B600,
    B75,
    B921600,
    B9600,
    BRKINT,
    BS0,
    BS1,
    BSDLY,
    CBAUD,
    CBAUDEX,
    CDSUSP = 25,
    CEOF = 4,
    CEOL = 0,
    CEOT = 4,
    CERASE = 127,
    CFLUSH = 15,
    CIBAUD,
    CINTR = 3,
    CKILL = 21,
    CLNEXT = 22,
    CLOCAL,
    CQUIT = 28,
    CR0,
    CR1,
    CR2,
    CR3,
    CRDLY,
    CREAD,
    CRPRNT = 18,
    CRTSCTS,
    CS5,
    CS6,
    CS7,
    CS8,
    CSIZE,
    CSTART = 17,
    CSTOP = 19,
    CSTOPB,
    CSUSP = 26,
    CWERASE = 23,
    ECHO,
    ECHOCTL,
    ECHOE,
    ECHOK,
    ECHOKE,
    ECHONL,
    ECHOPRT,
    EXTA,
    EXTB,
    FF0,
    FF1,
    FFDLY,
    FIOASYNC,
    FIOCLEX,
    FIONBIO,
    FIONCLEX,
    FIONREAD,
    FLUSHO,
    HUPCL,
    ICANON,
    ICRNL,
    IEXTEN,
    IGNBRK,
    IGNCR,
    IGNPAR,
    IMAXBEL,
    INLCR,
    INPCK,
    IOCSIZE_MASK = 0x3fff0000,
    IOCSIZE_SHIFT = 16,
    ISIG,
    ISTRIP,
    IUCLC,
    IXANY,
    IXOFF,
    IXON,
    NCC = 8,
    NCCS,
    NL0,
    NL1,
    NLDLY,
    NOFLSH,
    N_MOUSE = 2,
    N_PPP = 3,
    N_SLIP = 1,
    N_STRIP = 4,
    N_TTY = 0,
    OCRNL,
    OFDEL,
    OFILL,
    OLCUC,
    ONLCR,
    ONLRET,
    ONOCR,
    OPOST,
    PARENB,
    PARMRK,
    PARODD,
    PENDIN,
    TAB0,
    TAB1,
    TAB2,
    TAB3,
    TABDLY,
    TCFLSH,
    TCGETA,
    TCGETS,
    TCIFLUSH,
    TCIOFF,
    TCIOFLUSH,
    TCION,
    TCOFLUSH,
    TCOOFF,
    TCOON,
    TCSADRAIN,
    TCSAFLUSH,
    TCSANOW,
    TCSBRK,
    TCSBRKP,
    TCSETA,
    TCSETAF,
    TCSETAW,
    TCSETS,
    TCSETSF,
    TCSETSW,
    TCXONC,
    TIOCCONS,
    TIOCEXCL,
    TIOCGETD,
    TIOCGICOUNT,
    TIOCGLCKTRMIOS,
    TIOCGPGRP,
    TIOCGSERIAL,
    TIOCGSOFTCAR,
    TIOCGWINSZ,
    TIOCINQ,
    TIOCLINUX,
    TIOCMBIC,
    TIOCMBIS,
    TIOCMGET,
    TIOCMIWAIT,
    TIOCMSET,
    TIOCM_CAR,
    TIOCM_CD,
    TIOCM_CTS,
    TIOCM_DSR,
    TIOCM_DTR,
    TIOCM_LE,
    TIOCM_RI,
    TIOCM_RNG,
    TIOCM_RTS,
    TIOCM_SR,
    TIOCM_ST,
    TIOCNOTTY,
    TIOCNXCL,
    TIOCOUTQ,
    TIOCPKT,
    TIOCPKT_DATA = 0,
    TIOCPKT_DOSTOP = 32,
    TIOCPKT_FLUSHREAD = 1,
    TIOCPKT_FLUSHWRITE = 2,
    TIOCPKT_NOSTOP = 16,
    TIOCPKT_START = 8,
    TIOCPKT_STOP = 4,
    TIOCSCTTY,
    TIOCSERCONFIG,
    TIOCSERGETLSR,
    TIOCSERGETMULTI,
    TIOCSERGSTRUCT,
    TIOCSERGWILD,
    TIOCSERSETMULTI,
    TIOCSERSWILD,
    TIOCSER_TEMT = 1,
    TIOCSETD,
    TIOCSLCKTRMIOS,
    TIOCSPGRP,
    TIOCSSERIAL,
    TIOCSSOFTCAR,
    TIOCSTI,
    TIOCSWINSZ,
    TOSTOP,
    VDISCARD,
    VEOF,
    VEOL,
    VEOL2,
    VERASE,
    VINTR,
    VKILL,
    VLNEXT,
    VMIN,
    VQUIT,
    VREPRINT,
    VSTART,
    VSTOP,
    VSUSP,
    VSWTC,
    VSWTCH = 7,
    VT0,
    VT1,
    VTDLY,
    VTIME,
    VWERASE,
    XCASE,
    XTABS,
];

static ERROR: ExceptionClass = ExceptionClass::new("termios", "error", &exceptions::Exception);

/// The settings of terminals, as POSIX has them.
///
/// What each call and constant does in detail is up to the system, and its
/// manual (see termios(3)) tells more. Systems without such terminals lack
/// this module.
///
/// The first argument of every function, fd, is a terminal: the number of an
/// open descriptor, or an object such as sys.stdin whose fileno() gives one.
#[module(name = "termios")]
pub mod termios {
    use std::ffi::c_int;

    use objects::arguments::Place;
    use objects::module::Module;
    use objects::prelude::*;

    use super::{CONSTANTS, ERROR};
    use crate::posix::arguments::File;
    use system::terminal_modes::{self, Modes};
    use system::{Errno, blocking};

    /// How many characters have a special meaning.
    const CHARACTERS: usize = libc::NCCS;

    fn raised<T>(result: core::result::Result<T, Errno>) -> Result<T> {
        result.map_err(|error| ERROR.raise_with(&[&*Int::new(error.0.into()), &*Str::new(&error.message())]))
    }

    /// tcgetattr(fd) -> list_of_attrs
    ///
    /// Get the tty attributes for file descriptor fd, as a list:
    /// [iflag, oflag, cflag, lflag, ispeed, ospeed, cc], where cc is a list
    /// of the tty's special characters (each a string of length 1), but for those at
    /// VMIN and VTIME, which are integers while the terminal does not collect lines.
    #[function("(fd, /)", getargs)]
    fn tcgetattr(fd: File) -> Result<Ref<List>> {
        let modes = raised(terminal_modes::get(fd.0))?;
        let collects_lines = modes.c_lflag & libc::ICANON != 0;
        let mut characters = Vec::with_capacity(CHARACTERS);
        for (place, &character) in modes.c_cc.iter().enumerate() {
            characters.push(match place {
                libc::VMIN | libc::VTIME if !collects_lines => Int::new(character.into()).into_object(),
                _ => Bytes::new(&[character]).into_object(),
            });
        }
        let (input, output) = terminal_modes::speeds(&modes);
        let numbers = [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag, input, output];
        let mut attributes: Vec<Ref> =
            numbers.iter().map(|&number| Int::new(number.into()).into_object()).collect();
        attributes.push(List::from_vec(characters).into_object());
        Ok(List::from_vec(attributes))
    }

    fn number(object: &Object) -> Result<u32> {
        i64::from_argument(object, &Place::new("tcsetattr", "argument 3")).map(|number| number as u32)
    }

    /// Takes over the special characters of a list.
    fn set_characters(modes: &mut Modes, object: &Object) -> Result<()> {
        let characters = object.downcast::<List>().filter(|list| list.len() == CHARACTERS).map(List::to_vec);
        let Some(characters) = characters else {
            bail!(TypeError, "tcsetattr: attributes[6] must be {CHARACTERS} element list");
        };
        for (place, character) in modes.c_cc.iter_mut().zip(characters) {
            *place = match character.downcast::<Bytes>().map(Bytes::as_bytes) {
                Some(&[character]) => character,
                _ if character.downcast::<Int>().is_some() => number(&character)? as u8,
                _ => bail!(TypeError, "tcsetattr: elements of attributes must be characters or integers"),
            };
        }
        Ok(())
    }

    /// tcsetattr(fd, when, attributes) -> None
    ///
    /// Set the tty attributes for file descriptor fd, from a list like the one returned by tcgetattr().
    /// They change at once (when is termios.TCSANOW), after what was written is out (termios.TCSADRAIN),
    /// or then and with what was typed and not read thrown away (termios.TCSAFLUSH).
    #[function("(fd, when, attributes, /)", getargs)]
    fn tcsetattr(fd: File, when: c_int, attributes: &Object) -> Result<()> {
        let attributes = attributes.downcast::<List>().filter(|list| list.len() == 7).map(List::to_vec);
        let Some(attributes) = attributes else {
            bail!(TypeError, "tcsetattr, arg 3: must be 7 element list")
        };
        let mut modes = raised(terminal_modes::get(fd.0))?;
        modes.c_iflag = number(&attributes[0])?;
        modes.c_oflag = number(&attributes[1])?;
        modes.c_cflag = number(&attributes[2])?;
        modes.c_lflag = number(&attributes[3])?;
        let (input, output) = (number(&attributes[4])?, number(&attributes[5])?);
        set_characters(&mut modes, &attributes[6])?;
        raised(terminal_modes::set_speeds(&mut modes, input, output))?;
        raised(blocking(|| terminal_modes::set(fd.0, when, &modes)))
    }

    /// tcsendbreak(fd, duration) -> None
    ///
    /// Hold the line of terminal fd in the break state.
    /// With 0 as the duration that takes a quarter to half of a second. Any
    /// other number means whatever the system makes of it.
    #[function("(fd, duration, /)", getargs)]
    fn tcsendbreak(fd: File, duration: c_int) -> Result<()> {
        raised(blocking(|| terminal_modes::tcsendbreak(fd.0, duration)))
    }

    /// tcdrain(fd) -> None
    ///
    /// Wait until terminal fd has sent everything that was written to it.
    #[function("(fd, /)", getargs)]
    fn tcdrain(fd: File) -> Result<()> {
        raised(blocking(|| terminal_modes::tcdrain(fd.0)))
    }

    /// tcflush(fd, queue) -> None
    ///
    /// Throw away what waits at terminal fd.
    /// The queue is termios.TCIFLUSH for what arrived and was not read,
    /// termios.TCOFLUSH for what was written and not sent, and
    /// termios.TCIOFLUSH for the two together.
    #[function("(fd, queue, /)", getargs)]
    fn tcflush(fd: File, queue: c_int) -> Result<()> {
        raised(blocking(|| terminal_modes::tcflush(fd.0, queue)))
    }

    /// tcflow(fd, action) -> None
    ///
    /// Halt the traffic of terminal fd in one direction, or let it go on.
    /// The actions are termios.TCOOFF and termios.TCOON for what this side
    /// sends; termios.TCIOFF and termios.TCION tell the other side the same
    /// about what it sends.
    #[function("(fd, action, /)", getargs)]
    fn tcflow(fd: File, action: c_int) -> Result<()> {
        raised(blocking(|| terminal_modes::tcflow(fd.0, action)))
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add("error", ERROR.get()?)?;
        crate::constants::add(module, CONSTANTS)
    }
}
