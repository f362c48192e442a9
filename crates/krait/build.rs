//! Lets extension modules find the C face in the program that opens them.

fn main() {
    println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic");
}
