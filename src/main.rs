//! The `bigiron` program; see [`bigiron::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    bigiron::cli::main(std::env::args_os())
}
