//! The program `uketsuke`. Everything is in the library beside it, where tests
//! reach it too.

use std::io::Write;

fn main() {
    let code = uketsuke::cli::main();
    let _ = std::io::stdout().flush();
    // Without what C libraries clean up at an exit: OpenSSL and Kerberos take away what a
    // thread still uses that connects to PostgreSQL at this moment, and the process crashes.
    signal_hook::low_level::exit(code.into());
}
