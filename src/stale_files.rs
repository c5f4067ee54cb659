//! Removes stale temporary files, which are those of killed writers.
//!
//! A killed process cannot remove its temporary file. The files of a service that is killed for its memory again and
//! again would fill the disk. A writer holds a lock on its file, which the system releases at the end of the writer. So
//! a file without a lock is stale, in whichever container it was written. Process ids differ between containers.

use crate::partial::folder_of;
use napi_derive::napi;
use std::fs::File;
use std::path::Path;

/// The extension of temporary files.
pub(crate) const ENDING: &str = ".partial";

/// Seconds for which a file without a lock is kept, because its writer may be about to lock it.
#[cfg(unix)]
const GRACE_SECONDS: u64 = 60;

/// Removes the temporary files of `path` that have no writer any more. Ignores those that cannot be removed.
pub(crate) fn remove(path: &Path) {
    if let Some(name) = path.file_name() {
        remove_from(folder_of(path), |of| of == name.as_encoded_bytes());
    }
}

/// Removes the temporary files in `folder` that have no writer any more and stand for a name with this prefix and
/// suffix.
#[napi]
pub fn remove_stale_files(folder: String, beginning: String, ending: String) {
    let is_of = |of: &[u8]| of.starts_with(beginning.as_bytes()) && of.ends_with(ending.as_bytes());
    remove_from(Path::new(&folder), is_of);
}

#[cfg(unix)]
fn remove_from(folder: &Path, is_of: impl Fn(&[u8]) -> bool) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if of(entry.file_name().as_encoded_bytes()).is_some_and(&is_of) && has_no_writer(&entry.path()) {
            // Another process may have removed it.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Windows does not remove files that are open.
#[cfg(not(unix))]
fn remove_from(_folder: &Path, _is_of: impl Fn(&[u8]) -> bool) {}

/// The name that a temporary file stands for: `name` of `.name.PID-N.partial`.
#[cfg(unix)]
fn of(file: &[u8]) -> Option<&[u8]> {
    let rest = file.strip_prefix(b".")?.strip_suffix(ENDING.as_bytes())?;
    let dot = rest.iter().rposition(|&byte| byte == b'.')?;
    let mut numbers = rest[dot + 1..].split(|&byte| byte == b'-');
    let mut is_number = || numbers.next().is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit));
    (is_number() && is_number() && numbers.next().is_none()).then_some(&rest[..dot])
}

#[cfg(unix)]
fn has_no_writer(file: &Path) -> bool {
    use std::os::unix::fs::OpenOptionsExt;
    // Does not follow a link, and does not wait for the writer of a pipe.
    let options = File::options().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(file);
    let Ok(file) = options else { return false };
    let Ok(about) = file.metadata() else { return false };
    let idle = about.modified().ok().and_then(|at| at.elapsed().ok());
    about.is_file() && idle.is_some_and(|idle| idle.as_secs() >= GRACE_SECONDS) && lock(&file)
}

/// Takes the lock of a writer, which the file handle holds. Returns whether it was free.
#[cfg(unix)]
pub(crate) fn lock(file: &File) -> bool {
    try_lock(file).is_ok()
}

/// As [`lock`], with the error: [`WouldBlock`](std::io::ErrorKind::WouldBlock) if the lock is taken.
#[cfg(unix)]
pub(crate) fn try_lock(file: &File) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open as long as `file` is, and no memory is passed.
    match unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

#[cfg(not(unix))]
pub(crate) fn lock(_file: &File) -> bool {
    false
}
