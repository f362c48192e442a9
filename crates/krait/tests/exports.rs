//! The program exports what extension modules ask for: `needed_symbols.txt` names every symbol that one of CPython
//! 3.9's own extension modules, or of 56 popular wheels, needs.

use std::collections::HashSet;
use std::process::Command;

#[test]
fn exports_what_extension_modules_need() {
    let program = env!("CARGO_BIN_EXE_krait");
    let listing = match Command::new("nm").args(["-D", "--defined-only", program]).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => {
            println!("not checked: there is no `nm` on this machine");
            return;
        }
    };
    let exported: HashSet<&str> = listing.lines().filter_map(|line| line.split_whitespace().last()).collect();
    let missing: Vec<&str> =
        include_str!("needed_symbols.txt").lines().filter(|name| !exported.contains(name)).collect();
    assert!(missing.is_empty(), "not exported: {}", missing.join(", "));
}
