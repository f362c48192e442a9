//! The network interfaces of the machine.

use std::ffi::{CStr, c_uint};

use crate::Errno;

/// The number of an interface; none where no interface has the name.
pub fn number(name: &CStr) -> Option<c_uint> {
    // SAFETY: a C string.
    Some(unsafe { libc::if_nametoindex(name.as_ptr()) }).filter(|&number| number != 0)
}

/// The name of an interface.
pub fn name(number: c_uint) -> Result<Vec<u8>, Errno> {
    let mut buffer = [0; libc::IF_NAMESIZE];
    // SAFETY: room for the longest name, which the call ends with NUL.
    unsafe {
        match libc::if_indextoname(number, buffer.as_mut_ptr()).is_null() {
            true => Err(Errno::last()),
            false => Ok(CStr::from_ptr(buffer.as_ptr()).to_bytes().to_vec()),
        }
    }
}

/// The numbers and names of all interfaces.
pub fn all() -> Result<Vec<(c_uint, Vec<u8>)>, Errno> {
    let mut found = Vec::new();
    // SAFETY: the call gives a table that ends with an entry without a number, to be given back.
    unsafe {
        let table = libc::if_nameindex();
        if table.is_null() {
            return Err(Errno::last());
        }
        let mut entry = table;
        while (*entry).if_index != 0 && !(*entry).if_name.is_null() {
            found.push(((*entry).if_index, CStr::from_ptr((*entry).if_name).to_bytes().to_vec()));
            entry = entry.add(1);
        }
        libc::if_freenameindex(table);
    }
    Ok(found)
}
