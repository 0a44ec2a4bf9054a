//! Terminals on foreign hosts: `connect`, `s3270`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `bigiron connect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  bigiron connect mainframe:23
  bigiron connect mainframe:992 --tls --lu LUA,LUB --record my.jsonl
  bigiron connect L:LUA@mainframe:992          s3270's prefixes work too

The client speaks TN3270E, TN3270 or plain text (NVT), as the host does, and STARTTLS if the host asks for it. Alt-H lists the keys,
Ctrl-Q quits. A recording can be viewed (show, replay), but not executed again; the contents of hidden fields, passwords mostly, are
masked in it.")]
pub struct ConnectArgs {
    /// The host, in s3270's form
    #[arg(value_name = "HOST:PORT")]
    pub host: String,
    /// Options of the connection.
    #[command(flatten)]
    pub line: LineArgs,
    /// The terminal's model: 2 (24x80), 3 (32x80), 4 (43x80) or 5 (27x132)
    #[arg(long, value_name = "2|3|4|5", default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub model: u8,
    /// A screen size larger than the model's
    #[arg(long, value_name = "COLUMNSxROWS")]
    pub oversize: Option<String>,
    /// Write a recording
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// Options of the connection to a foreign host.
#[derive(Debug, Args)]
pub struct LineArgs {
    /// Use TLS from the first byte
    #[arg(long, requires = "host")]
    pub tls: bool,
    /// Accept any certificate
    #[arg(long, requires = "host")]
    pub no_verify: bool,
    /// Trusted certificate authorities, in PEM form [default: this machine's]
    #[arg(long, value_name = "FILE", requires = "host")]
    pub ca_file: Option<PathBuf>,
    /// The LU to ask for, or several to try in turn
    #[arg(long, value_name = "LU,…", requires = "host")]
    pub lu: Option<String>,
    /// Use TN3270 even if the host offers TN3270E
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
  ln -s bigiron s3270      the program behaves as s3270 under this name

bigiron s3270 --help lists s3270's options. Exit codes are those of s3270: 1 for wrong usage, or no connection."
)]
pub struct S3270Args {
    /// The arguments of s3270
    #[arg(
        value_name = "ARG",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub arguments: Vec<String>,
}
