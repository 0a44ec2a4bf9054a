//! Writes the table of shipped systems: every file under `screens/` of the repository, embedded.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = root.join("../../screens").canonicalize()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("shipped.rs");
    println!("cargo::rerun-if-changed={}", root.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut code = String::from(
        "/// The systems by name, each with its files.\n\
         const SHIPPED: &[(&str, Files)] = &[\n",
    );
    for (name, folder) in entries(&root)? {
        if folder.join("system.toml").is_file() {
            let _ = writeln!(code, "    ({name:?}, &[");
            files(&folder, "", &mut code)?;
            code.push_str("    ]),\n");
        }
    }
    code.push_str("];\n");
    fs::write(out, code)
}

/// A folder's entries in order, without hidden ones; none if there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                found.push((name, entry.path()));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn files(folder: &Path, prefix: &str, code: &mut String) -> io::Result<()> {
    for (name, path) in entries(folder)? {
        if path.is_dir() {
            files(&path, &format!("{prefix}{name}/"), code)?;
        } else {
            let _ = writeln!(
                code,
                "        ({:?}, include_bytes!({:?})),",
                format!("{prefix}{name}"),
                path
            );
        }
    }
    Ok(())
}
