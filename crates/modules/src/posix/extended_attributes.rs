//! Extended attributes of files.

use std::ffi::c_int;

use objects::buffer::request;
use objects::prelude::*;

use system::{Accepts, Errno, FilePath, blocking, extended_attributes};

use super::stat::path_error;

/// Which file a call is about.
fn target(function: &str, path: &Object, accepts: Accepts, follow_symlinks: bool) -> Result<FilePath> {
    let path = FilePath::new(function, "path", path, accepts)?;
    if path.file.is_some() && !follow_symlinks {
        bail!(ValueError, "{function}: cannot use fd and follow_symlinks together");
    }
    Ok(path)
}

fn place(path: &FilePath, follow_symlinks: bool) -> extended_attributes::Target<'_> {
    match path.file {
        Some(file) => extended_attributes::Target::File(file),
        None if follow_symlinks => extended_attributes::Target::Path(&path.text),
        None => extended_attributes::Target::Link(&path.text),
    }
}

/// Asks with a larger buffer while the answer does not fit; the system's limit is the largest.
fn with_buffer(
    path: &FilePath,
    sizes: &[usize],
    call: impl Fn(&mut [u8]) -> Result<usize, Errno>,
) -> Result<Vec<u8>> {
    for &size in sizes {
        let mut buffer = vec![0; size];
        match blocking(|| call(&mut buffer)) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno(libc::ERANGE)) => {}
            Err(error) => return Err(path_error(error, path)),
        }
    }
    Err(path_error(Errno(libc::ERANGE), path))
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Return the value of extended attribute attribute on path, or open file descriptor.
    #[function("(path, attribute, *, follow_symlinks=True)")]
    fn getxattr(path: &Object, attribute: &Object, follow_symlinks: bool) -> Result<Vec<u8>> {
        let path = target("getxattr", path, Accepts::PathOrFile, follow_symlinks)?;
        let attribute = FilePath::path("getxattr", "attribute", attribute)?;
        with_buffer(&path, &[128, 65536], |buffer| {
            extended_attributes::get(place(&path, follow_symlinks), &attribute.text, buffer)
        })
    }

    /// Set extended attribute attribute on path, or open file descriptor, to value.
    #[function("(path, attribute, value, flags=0, *, follow_symlinks=True)")]
    fn setxattr(
        path: &Object,
        attribute: &Object,
        value: &Object,
        flags: c_int,
        follow_symlinks: bool,
    ) -> Result<()> {
        let path = target("setxattr", path, Accepts::PathOrFile, follow_symlinks)?;
        let attribute = FilePath::path("setxattr", "attribute", attribute)?;
        let value = value.get_buffer(request::SIMPLE)?;
        blocking(|| {
            extended_attributes::set(place(&path, follow_symlinks), &attribute.text, value.bytes(), flags)
        })
        .map_err(|error| path_error(error, &path))
    }

    /// Remove extended attribute attribute on path, or open file descriptor.
    #[function("(path, attribute, *, follow_symlinks=True)")]
    fn removexattr(path: &Object, attribute: &Object, follow_symlinks: bool) -> Result<()> {
        let path = target("removexattr", path, Accepts::PathOrFile, follow_symlinks)?;
        let attribute = FilePath::path("removexattr", "attribute", attribute)?;
        blocking(|| extended_attributes::remove(place(&path, follow_symlinks), &attribute.text))
            .map_err(|error| path_error(error, &path))
    }

    /// Return a list of extended attributes on path, or open file descriptor; by default the current directory.
    #[function("(path=None, *, follow_symlinks=True)")]
    fn listxattr(path: Option<&Object>, follow_symlinks: bool) -> Result<Vec<Ref>> {
        let path = path.unwrap_or(none_object());
        let path = target("listxattr", path, Accepts::PathFileOrNone, follow_symlinks)?;
        let names = with_buffer(&path, &[256, 65536], |buffer| {
            extended_attributes::list(place(&path, follow_symlinks), buffer)
        })?;
        let names = names.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        names.map(|name| Ok(system::path::decode(name)?.into_object())).collect()
    }
}
