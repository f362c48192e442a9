//! `_opcode`: what instructions do to the stack, for `dis` and `opcode`.

use objects::prelude::module;

pub use _opcode::{DEFINITION, initialize};

/// Facts of the bytecode, for the module dis.
#[module(name = "_opcode")]
pub mod _opcode {
    use bytecode::{HAVE_ARGUMENT, Opcode, StackEffect};
    use objects::arguments::integer;
    use objects::prelude::*;

    /// How many values an instruction leaves on the stack more than it takes.
    ///
    /// oparg is the argument of an instruction that has one. With jump, it is taken to jump, with False
    /// not to; with None, it is whichever leaves more.
    #[function("(opcode, oparg=None, /, *, jump=None)")]
    fn stack_effect(opcode: i32, oparg: NoneOr<&Object>, jump: NoneOr<&Object>) -> Result<i32> {
        let argument = match (opcode >= i32::from(HAVE_ARGUMENT), oparg.0) {
            (false, None) => 0,
            // Of a longer number the low bits count.
            (true, Some(argument)) => match integer(argument)?.to_i64() {
                Some(argument) => argument as i32,
                None => bail!(OverflowError, "Python int too large to convert to C long"),
            },
            (true, None) => {
                bail!(ValueError, "stack_effect: opcode requires oparg but oparg was not specified")
            }
            (false, Some(_)) => {
                bail!(ValueError, "stack_effect: opcode does not permit oparg but oparg was specified")
            }
        };
        let jump = match jump.0 {
            None => None,
            Some(jump) if jump.is_bool() => Some(jump.is_true_object()),
            Some(_) => bail!(ValueError, "stack_effect: jump must be False, True or None"),
        };
        let Some(opcode) = u8::try_from(opcode).ok().and_then(Opcode::from_number) else {
            bail!(ValueError, "invalid opcode or oparg");
        };
        let effect = match opcode.stack_effect() {
            StackEffect::Counted(change) => change(argument.into()) as i32,
            _ => opcode.effect(0, jump) as i32,
        };
        // CPython's sign for an invalid opcode is the one effect that none can have.
        match effect {
            i32::MAX => Err(raise!(ValueError, "invalid opcode or oparg")),
            effect => Ok(effect),
        }
    }
}
