//! `_lzma`.

mod compressor;
mod decompressor;
mod filters;

use objects::prelude::*;
use streams::lzma::{self, Code};

use crate::exception_class::ExceptionClass;
use crate::unsigned;

static ERROR: ExceptionClass = ExceptionClass::new("_lzma", "LZMAError", &exceptions::Exception);

/// Containers, by Python's numbers.
mod format {
    pub const AUTO: i32 = 0;
    pub const XZ: i32 = 1;
    pub const ALONE: i32 = 2;
    pub const RAW: i32 = 3;
}

/// The exception for what the library answered.
#[cold]
fn raise_code(code: Code) -> Raised {
    ERROR.raise(match code {
        lzma::MEM_ERROR => return raise!(MemoryError),
        lzma::UNSUPPORTED_CHECK => "Unsupported integrity check",
        lzma::MEMLIMIT_ERROR => "Memory usage limit exceeded",
        lzma::FORMAT_ERROR => "Input format not supported by decoder",
        lzma::OPTIONS_ERROR => "Invalid or unsupported options",
        lzma::DATA_ERROR => "Corrupt input data",
        lzma::BUF_ERROR => "Insufficient buffer space",
        lzma::PROG_ERROR => "Internal error",
        _ => return ERROR.raise(&format!("Unrecognized error from liblzma: {code}")),
    })
}

fn is_failure(code: Code) -> bool {
    !matches!(code, lzma::OK | lzma::GET_CHECK | lzma::NO_CHECK | lzma::STREAM_END)
}

/// A number of 32 bits without a sign.
fn uint32(value: &Object) -> Result<u32> {
    u32::try_from(unsigned::number(value)?)
        .map_err(|_| raise!(OverflowError, "Value too large for uint32_t type"))
}

/// An argument that is there and not `None`.
fn given(argument: Option<&Object>) -> Option<&Object> {
    argument.filter(|argument| !argument.is_none())
}

#[module(name = "_lzma", classes = [super::compressor::LZMA_COMPRESSOR, super::decompressor::LZMA_DECOMPRESSOR])]
pub mod module {
    use objects::buffer::BytesLike;
    use objects::module::Module;
    use streams::lzma::{Filter, check, filter, is_check_supported as is_supported, option};

    use super::*;

    /// Whether streams can have an integrity check, one of the constants CHECK_*.
    ///
    /// CHECK_NONE and CHECK_CRC32 are always there.
    #[function("(check_id, /)")]
    fn is_check_supported(check_id: i32) -> bool {
        is_supported(check_id as u32)
    }

    /// Put the options of a filter, a dict as in a chain of filters, into the form that they have in a stream.
    ///
    /// The number of the filter is not part of that.
    #[function("(filter, /)")]
    fn _encode_filter_properties(filter: &Object) -> Result<Ref<Bytes>> {
        Bytes::try_new(&filters::parse(filter)?.encode_properties().map_err(raise_code)?)
    }

    /// Read the options of a filter from the form that they have in a stream: a dict as in a chain of filters.
    #[function("(filter_id, encoded_props, /)")]
    fn _decode_filter_properties(filter_id: &Object, encoded_props: BytesLike) -> Result<Ref<Dict>> {
        let id = unsigned::number(filter_id)?;
        let filter = Filter::decode_properties(id, encoded_props.bytes()).map_err(raise_code)?;
        let specifier = Dict::new();
        specifier.set_str(intern!("id"), &Int::from_u64(id))?;
        for (name, value) in filter.described() {
            specifier.set_str(&Str::new(name), &Int::new(value.into()))?;
        }
        Ok(specifier)
    }

    #[exec]
    fn add_numbers(module: &Module) -> Result<()> {
        let numbers: [(&str, i64); _] = [
            ("FORMAT_AUTO", format::AUTO.into()),
            ("FORMAT_XZ", format::XZ.into()),
            ("FORMAT_ALONE", format::ALONE.into()),
            ("FORMAT_RAW", format::RAW.into()),
            ("CHECK_NONE", check::NONE.into()),
            ("CHECK_CRC32", check::CRC32.into()),
            ("CHECK_CRC64", check::CRC64.into()),
            ("CHECK_SHA256", check::SHA256.into()),
            ("CHECK_ID_MAX", check::ID_MAX.into()),
            ("CHECK_UNKNOWN", check::UNKNOWN.into()),
            ("FILTER_LZMA1", filter::LZMA1 as i64),
            ("FILTER_LZMA2", filter::LZMA2 as i64),
            ("FILTER_DELTA", filter::DELTA as i64),
            ("FILTER_X86", filter::X86 as i64),
            ("FILTER_IA64", filter::IA64 as i64),
            ("FILTER_ARM", filter::ARM as i64),
            ("FILTER_ARMTHUMB", filter::ARMTHUMB as i64),
            ("FILTER_SPARC", filter::SPARC as i64),
            ("FILTER_POWERPC", filter::POWERPC as i64),
            ("MF_HC3", option::MF_HC3.into()),
            ("MF_HC4", option::MF_HC4.into()),
            ("MF_BT2", option::MF_BT2.into()),
            ("MF_BT3", option::MF_BT3.into()),
            ("MF_BT4", option::MF_BT4.into()),
            ("MODE_FAST", option::MODE_FAST.into()),
            ("MODE_NORMAL", option::MODE_NORMAL.into()),
            ("PRESET_DEFAULT", option::PRESET_DEFAULT.into()),
            ("PRESET_EXTREME", option::PRESET_EXTREME.into()),
        ];
        for (name, number) in numbers {
            module.add(name, number)?;
        }
        let error = ERROR.get()?;
        error.set_attr(intern!("__doc__"), &Str::new("Data or settings that nothing can be made of."))?;
        module.add("LZMAError", error)
    }
}
