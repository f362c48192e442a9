//! Compiles the entries of C's variadic functions.

fn main() {
    println!("cargo:rerun-if-changed=src/variadic.c");
    cc::Build::new().file("src/variadic.c").flag("-std=c11").warnings(true).compile("krait_variadic");
}
