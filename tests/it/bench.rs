//! The failures of `bigiron bench`.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

#[test]
fn a_failing_interpreter_is_reported_in_its_own_words_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python");
    let script = "#!/bin/sh\necho Traceback: line one >&2\necho \"no bench for $3\" >&2\nexit 3\n";
    std::fs::write(&python, script).unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let python = python.to_str().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bigiron"));
    let output = command
        .args(["bench", "--python", python])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    let error = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(error.replace(python, "PYTHON"), @r"
    error: PYTHON -m bigiron.bench bigiron/dmv-renew-moved-v0: exit status: 3
    Traceback: line one
    no bench for bigiron/dmv-renew-moved-v0
      hint: install the package into that interpreter: `pip install .` in the repository
    ");
}
