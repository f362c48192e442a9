//! `syslog`: the system's log.

pub use syslog::{DEFINITION, initialize};

use crate::constants::{Constants, constants};

const CONSTANTS: Constants = constants![
    LOG_ALERT,
    LOG_AUTH,
    LOG_AUTHPRIV,
    LOG_CONS,
    LOG_CRIT,
    LOG_CRON,
    LOG_DAEMON,
    LOG_DEBUG,
    LOG_EMERG,
    LOG_ERR,
    LOG_INFO,
    LOG_KERN,
    LOG_LOCAL0,
    LOG_LOCAL1,
    LOG_LOCAL2,
    LOG_LOCAL3,
    LOG_LOCAL4,
    LOG_LOCAL5,
    LOG_LOCAL6,
    LOG_LOCAL7,
    LOG_LPR,
    LOG_MAIL,
    LOG_NDELAY,
    LOG_NEWS,
    LOG_NOTICE,
    LOG_NOWAIT,
    LOG_ODELAY,
    LOG_PERROR,
    LOG_PID,
    LOG_SYSLOG,
    LOG_USER,
    LOG_UUCP,
    LOG_WARNING,
];

#[module(name = "syslog")]
pub mod syslog {
    use std::ffi::{CString, c_int};
    use std::sync::atomic::{AtomicBool, Ordering};

    use objects::arguments::Place;
    use objects::module::Module;
    use objects::prelude::*;

    use super::CONSTANTS;
    use system::log;

    /// Whether this module has opened the log.
    static OPEN: AtomicBool = AtomicBool::new(false);

    fn audit(event: &str, arguments: &[&Object]) -> Result<()> {
        (objects::services::get().audit)(event, arguments)
    }

    /// Text for the C library, which ends at the first NUL.
    fn c_text(text: &Str) -> Result<CString> {
        let text = text.as_utf8()?.as_bytes();
        let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        Ok(CString::new(&text[..end]).unwrap_or_default())
    }

    /// The running script's name without its folder, by `sys.argv`.
    fn script_name() -> Option<Ref<Str>> {
        let arguments = (objects::services::get().sys_get)("argv")?;
        let first = arguments.downcast::<List>()?.get(0)?;
        let path = first.downcast::<Str>()?;
        let text = path.as_str()?;
        let name = text.rsplit('/').next().unwrap_or(text);
        (!text.is_empty()).then(|| Str::new(name))
    }

    fn open(identity: Option<&Str>, options: c_int, facility: c_int) -> Result<()> {
        let own = if identity.is_none() { script_name() } else { None };
        let identity = identity.or(own.as_deref());
        let shown = match identity {
            Some(identity) => identity.as_object(),
            None => none_object(),
        };
        audit("syslog.openlog", &[shown, &*Int::new(options.into()), &*Int::new(facility.into())])?;
        log::open(identity.map(c_text).transpose()?, options, facility);
        OPEN.store(true, Ordering::Relaxed);
        Ok(())
    }

    const PRIORITY: Place = Place::new("syslog", "argument 1");

    #[function(varargs, no_text_signature)]
    fn syslog(arguments: &Tuple) -> Result<()> {
        let wrong = || raise!(TypeError, "[priority,] message string");
        let (priority, message) = match arguments.items() {
            [message] => (libc::LOG_INFO, message),
            [priority, message] => {
                let Ok(priority) = c_int::from_argument(priority, &PRIORITY) else { return Err(wrong()) };
                (priority, message)
            }
            _ => return Err(wrong()),
        };
        let Some(message) = message.downcast::<Str>() else { return Err(wrong()) };
        let text = c_text(message)?;
        audit("syslog.syslog", &[&*Int::new(priority.into()), message])?;
        if !OPEN.load(Ordering::Relaxed) {
            open(None, 0, libc::LOG_USER)?;
        }
        log::write(priority, &text);
        Ok(())
    }

    #[function("(ident=<unrepresentable>, logoption=0, facility=8)", no_text_signature)]
    fn openlog(ident: Option<&Str>, logoption: i64, facility: i64) -> Result<()> {
        open(ident, logoption as c_int, facility as c_int)
    }

    #[function("()", no_text_signature)]
    fn closelog() -> Result<()> {
        audit("syslog.closelog", &[])?;
        if OPEN.swap(false, Ordering::Relaxed) {
            log::close();
        }
        Ok(())
    }

    #[function(varargs, no_text_signature)]
    fn setlogmask(arguments: &Tuple) -> Result<c_int> {
        let [mask] = arguments.items() else { bail!(TypeError, "mask for priority") };
        let mask = i64::from_argument(mask, &PRIORITY)?;
        audit("syslog.setlogmask", &[&*Int::new(mask)])?;
        Ok(log::set_mask(mask as c_int))
    }

    #[function("(pri, /)", getargs)]
    fn LOG_MASK(pri: i64) -> i32 {
        1i32.wrapping_shl(pri as u32)
    }

    #[function("(pri, /)", getargs)]
    fn LOG_UPTO(pri: i64) -> i32 {
        1i32.wrapping_shl((pri as u32).wrapping_add(1)).wrapping_sub(1)
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        crate::constants::add(module, CONSTANTS)
    }
}
