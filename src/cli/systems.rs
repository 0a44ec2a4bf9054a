//! Finding, reading and loading systems: the one place where definition files are read from disk.
//!
//! A name is looked up as a folder's path, then under `screens/` of the current directory, then among the systems shipped in
//! the program. Folders are untrusted: links are refused, and their size is bounded.

use std::collections::BTreeSet;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use bigiron_sim::shipped;
use bigiron_sim::system::model::System;

/// The longest definition file, in bytes.
const MAX_FILE: u64 = 4 << 20;
/// The most files in a system's folder.
const MAX_FILES: usize = 512;
/// The deepest folder inside a system's folder.
const MAX_DEPTH: usize = 8;

/// The files of one system, not parsed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemSource {
    /// The system's name: that of its folder.
    pub name: String,
    /// Its place, for messages: a path, or `(shipped) NAME`.
    pub origin: String,
    /// The file names relative to the folder, with `/` between their parts, in order; and the bytes of each file.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Finds a system by path or name and reads its files.
pub fn find(wanted: &str) -> Result<SystemSource, Error> {
    let local = Path::new("screens").join(wanted);
    if Path::new(wanted).is_dir() {
        read(Path::new(wanted))
    } else if is_name(wanted) && local.is_dir() {
        read(&local)
    } else if let Some(files) = shipped::files(wanted) {
        Ok(SystemSource {
            name: wanted.to_owned(),
            origin: format!("(shipped) {wanted}"),
            files,
        })
    } else {
        let known = names();
        Err(match known.is_empty() {
            true => Error::input(format!("no system is called {wanted}")),
            false => Error::input(format!("no system is called {wanted}"))
                .near(wanted, known.iter().map(String::as_str))
                .hint(format!(
                    "known here: {}; or name a folder",
                    Vec::from_iter(known.iter().map(String::as_str)).join(", ")
                )),
        })
    }
}

/// Finds a system and loads it.
pub fn load(wanted: &str) -> Result<Arc<System>, Error> {
    let source = find(wanted)?;
    match System::load(source.files, &source.name) {
        Ok(system) => Ok(Arc::new(system)),
        Err(faults) => Err(Error::input(format!(
            "{} has {} faults:\n{}",
            source.origin,
            faults.errors(),
            faults.render(&source.origin, false).trim_end()
        ))
        .hint(format!("bigiron check {wanted} reports warnings too"))),
    }
}

/// The names that [`find`] knows without a path: those under `./screens` and the shipped ones, in order.
pub fn names() -> BTreeSet<String> {
    let local = fs::read_dir("screens").into_iter().flatten().flatten();
    local
        .filter(|entry| entry.path().join("system.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .chain(shipped::names().map(str::to_owned))
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', '\\']) && text != "." && text != ".."
}

/// Reads the files of a system's folder.
pub fn read(folder: &Path) -> Result<SystemSource, Error> {
    let absolute = fs::canonicalize(folder).map_err(|cause| {
        Error::input(format!("cannot read {}", folder.display())).because(&cause)
    })?;
    let name = absolute
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("system");
    let mut files = Vec::new();
    read_folder(folder, "", 0, &mut files)?;
    files.sort();
    if !files.iter().any(|(file, _)| file == "system.toml") {
        return Err(Error::input(format!(
            "{} is not a system: it has no system.toml",
            folder.display()
        ))
        .hint("a system is a folder with system.toml and one file for each screen"));
    }
    Ok(SystemSource {
        name: name.to_owned(),
        origin: folder.display().to_string(),
        files,
    })
}

/// Reads the files of a folder and of those in it, whose names get this prefix.
fn read_folder(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::input(format!(
            "{} is more than {MAX_DEPTH} folders deep",
            folder.display()
        )));
    }
    for (path, name, kind) in entries(folder)? {
        if kind.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), depth + 1, files)?;
            continue;
        }
        check_file(&path, kind)?;
        if files.len() == MAX_FILES {
            return Err(Error::input(format!(
                "{}: a system may hold at most {MAX_FILES} files",
                folder.display()
            )));
        }
        files.push((format!("{prefix}{name}"), read_file(&path)?));
    }
    Ok(())
}

/// The entries of a folder, each with its name and kind, apart from hidden ones.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, String, FileType)>, Error> {
    let unreadable =
        |cause| Error::input(format!("cannot read {}", folder.display())).because(&cause);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            return Err(Error::input(format!(
                "{}: the file's name is not UTF-8",
                path.display()
            )));
        };
        if !name.starts_with('.') {
            entries.push((path, name, entry.file_type().map_err(unreadable)?));
        }
    }
    Ok(entries)
}

/// Refuses what is no plain file.
fn check_file(path: &Path, kind: FileType) -> Result<(), Error> {
    let path = path.display();
    if kind.is_symlink() {
        let what = format!("{path} is a link: a system's folder may hold none");
        return Err(Error::input(what).hint("put a copy of the file there"));
    }
    if !kind.is_file() {
        let what = format!("{path} is neither a file nor a folder");
        return Err(Error::input(what).hint("take it out of the system's folder"));
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read;
    let unreadable =
        |cause| Error::input(format!("cannot read {}", path.display())).because(&cause);
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::input(format!(
            "{} is longer than {MAX_FILE} bytes, the most a definition file may have",
            path.display()
        )));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("system.toml"), "title = \"X\"").unwrap();
        folder
    }

    #[test]
    fn files_come_in_order_with_relative_names() {
        let folder = folder();
        fs::create_dir(folder.path().join("playbooks")).unwrap();
        fs::write(folder.path().join("playbooks/a.toml"), "a").unwrap();
        fs::write(folder.path().join("main.toml"), "m").unwrap();
        fs::write(folder.path().join(".swp"), "s").unwrap();
        let source = read(folder.path()).unwrap();
        let names: Vec<_> = source.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["main.toml", "playbooks/a.toml", "system.toml"]);
    }

    #[test]
    fn a_folder_without_system_toml_is_no_system() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("it has no system.toml"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused() {
        let folder = folder();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("a.toml")).unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("a.toml is a link"), "{error}");
    }

    #[test]
    fn a_huge_file_and_a_crowded_folder_are_refused() {
        let one = folder();
        fs::File::create(one.path().join("big.toml"))
            .unwrap()
            .set_len(MAX_FILE + 1)
            .unwrap();
        assert!(
            read(one.path())
                .unwrap_err()
                .to_string()
                .contains("longer than 4194304 bytes")
        );
        let many = folder();
        for n in 0..MAX_FILES {
            fs::write(many.path().join(format!("{n}.toml")), "").unwrap();
        }
        assert!(
            read(many.path())
                .unwrap_err()
                .to_string()
                .contains("at most 512 files")
        );
    }

    #[test]
    fn a_wrong_name_is_an_error_of_input() {
        let error = find("no-such-system-at-all").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(
            error
                .to_string()
                .contains("no system is called no-such-system-at-all")
        );
    }
}
