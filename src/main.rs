//! The program `uketsuke`. Everything is in the library beside it, where tests
//! reach it too.

use std::process::ExitCode;

fn main() -> ExitCode {
    uketsuke::cli::main()
}
