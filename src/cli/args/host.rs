//! Terminals on foreign hosts: `connect`, `s3270`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `bigiron connect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron connect mainframe:23
  bigiron connect mainframe:992 --tls --lu LUA,LUB --record my.jsonl
  bigiron connect L:LUA@mainframe:992          s3270's prefixes are understood too

TN3270E, TN3270 and plain text (NVT), whatever the host speaks; STARTTLS if it asks. Alt-H lists the keys, Ctrl-Q quits. A
recording can be viewed (show, replay), but not executed again. What stands in hidden fields, passwords mostly, is masked.")]
pub struct ConnectArgs {
    /// The host, as s3270 takes it
    #[arg(value_name = "HOST:PORT")]
    pub host: String,
    /// How it is spoken to.
    #[command(flatten)]
    pub line: LineArgs,
    /// The terminal's model: 2 (24x80), 3 (32x80), 4 (43x80) or 5 (27x132)
    #[arg(long, value_name = "2|3|4|5", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub model: u8,
    /// A larger screen than the model's
    #[arg(long, value_name = "COLUMNSxROWS")]
    pub oversize: Option<String>,
    /// Write a recording
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// How a foreign host is spoken to.
#[derive(Debug, Args)]
pub struct LineArgs {
    /// TLS from the first byte
    #[arg(long, requires = "host")]
    pub tls: bool,
    /// Believe any certificate
    #[arg(long, requires = "host")]
    pub no_verify: bool,
    /// Certificates, in PEM form, of those who are trusted to sign the host's [default: this machine's]
    #[arg(long, value_name = "FILE", requires = "host")]
    pub ca_file: Option<PathBuf>,
    /// The LU to ask for, or several that are asked for in turn
    #[arg(long, value_name = "LU,…", requires = "host")]
    pub lu: Option<String>,
    /// Speak TN3270 even if the host offers TN3270E
    #[arg(long, requires = "host")]
    pub no_tn3270e: bool,
    /// The code page of the host
    #[arg(long, value_name = "NAME", default_value = "cp037", requires = "host")]
    pub code_page: String,
}

/// Arguments of `bigiron s3270`.
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    after_help = "\
Examples:
  bigiron s3270 -model 3279-2-E -codepage cp037 mainframe:23
  bigiron s3270 -noverifycert L:LUA@mainframe:992 < actions
  ln -s bigiron s3270      under this name the program is s3270

bigiron s3270 --help lists s3270's own options; exit codes are its own too: 1 for wrong usage, or no connection."
)]
pub struct S3270Args {
    /// s3270's own arguments
    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub arguments: Vec<String>,
}
