//! Writes a file that appears under its name when it is complete, or not at all.
//!
//! Where the system has files without a name, the temporary file is one, and the end of the process removes it.
//! Elsewhere it is a hidden file beside the final one. Only its owner can read it, because a heap contains secrets. It
//! is written, flushed to the disk and named; then the folder, which contains the name, is flushed. If the writer is
//! abandoned before the caller has been told of the file, the file is removed again.

use crate::failure::Failure;
use crate::stale_files;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, FrameCompressor};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// How a file is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Plain,
    Gzip,
    Zstd,
}

impl Encoding {
    /// The compression that the extension of a name asks for.
    fn of(path: &Path) -> Self {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("gz") => Encoding::Gzip,
            Some("zst" | "zstd") => Encoding::Zstd,
            _ => Encoding::Plain,
        }
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct PartialFile {
    file: File,
    partial: PathBuf,
    path: PathBuf,
    state: Mutex<State>,
    /// Whether the file has no name until it is complete.
    is_nameless: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Not under its own name.
    Partial,
    /// Complete, under its own name; `is_first` if it has replaced no other.
    Named { is_first: bool },
    /// It stays, or is gone.
    Settled,
}

impl PartialFile {
    /// Creates the temporary file of `path`.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::Write(error, path.to_owned());
        match fs::metadata(path) {
            // A rename would replace a device or a pipe.
            Ok(there) if !there.is_file() => {
                return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "there is something that is no file")));
            }
            _ => {}
        }
        let partial = partial_name(path).ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
        stale_files::remove(path);
        let nameless = create_nameless(folder_of(path));
        let is_nameless = nameless.is_some();
        let file = nameless.map_or_else(|| create_named(&partial), Ok).map_err(failed)?;
        // On file systems without locks no file counts as stale.
        stale_files::lock(&file);
        Ok(Self { file, partial, path: path.to_owned(), state: Mutex::new(State::Partial), is_nameless })
    }

    /// Writes the whole source to the disk, compressed as the name asks for. Returns the size of the file in bytes.
    pub fn write(&self, source: &mut impl Read) -> Result<u64, Failure> {
        let mut out = BufWriter::with_capacity(1 << 18, &self.file);
        match Encoding::of(&self.path) {
            Encoding::Plain => io::copy(source, &mut out).map(drop),
            Encoding::Gzip => {
                // The program waits, and the fastest level already makes the text six times smaller.
                let mut gzip = GzEncoder::new(&mut out, Compression::fast());
                io::copy(source, &mut gzip).and_then(|_| gzip.finish().map(drop))
            }
            Encoding::Zstd => compress_zstd(source, &mut out),
        }
        .and_then(|()| out.flush())
        .and_then(|()| self.file.sync_all())
        .and_then(|()| Ok(self.file.metadata()?.len()))
        .map_err(|error| self.failed(error))
    }

    /// Gives the complete file its name. Until [`keep`](Self::keep), [`abandon`](Self::abandon) still removes it.
    pub fn publish(&self) -> Result<(), Failure> {
        {
            let mut state = self.state();
            if *state != State::Partial {
                return Err(Failure::Closed);
            }
            match self.name() {
                Ok(is_first) => *state = State::Named { is_first },
                Err(error) => {
                    drop(state);
                    return Err(self.failed(error));
                }
            }
        }
        sync_folder(&self.path).map_err(|error| self.failed(error))
    }

    /// Whether nothing was there under this name.
    fn name(&self) -> io::Result<bool> {
        if self.is_nameless {
            // Only to replace a file the temporary name is necessary, which would stay if the process ended now.
            match give_name(&self.file, &self.path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => give_name(&self.file, &self.partial)?,
                named => return named.map(|()| true),
            }
        }
        let is_first = fs::symlink_metadata(&self.path).is_err();
        fs::rename(&self.partial, &self.path)?;
        Ok(is_first)
    }

    /// Makes the file permanent.
    pub fn keep(&self) {
        *self.state() = State::Settled;
    }

    /// Removes the file, unless it is permanent or has replaced another one.
    pub fn abandon(&self) {
        // An error has no receiver any more.
        let _ = match std::mem::replace(&mut *self.state(), State::Settled) {
            State::Partial => fs::remove_file(&self.partial),
            State::Named { is_first: true } => fs::remove_file(&self.path),
            State::Named { is_first: false } | State::Settled => Ok(()),
        };
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: io::Error) -> Failure {
        self.abandon();
        Failure::Write(error, self.path.clone())
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        self.abandon();
    }
}

fn create_named(partial: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(partial)
}

/// A file without a name in this folder, if the file system has such files and can name them later.
#[cfg(target_os = "linux")]
fn create_nameless(folder: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = OpenOptions::new().write(true).custom_flags(libc::O_TMPFILE).mode(0o600).open(folder).ok()?;
    fs::symlink_metadata(link_to(&file)).is_ok().then_some(file)
}

#[cfg(not(target_os = "linux"))]
fn create_nameless(_folder: &Path) -> Option<File> {
    None
}

/// The path to an open file of this process.
#[cfg(target_os = "linux")]
fn link_to(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(target_os = "linux")]
fn give_name(file: &File, name: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let [from, to] = [link_to(file).as_path(), name].map(|path| CString::new(path.as_os_str().as_bytes()));
    let (from, to) = (from?, to?);
    // SAFETY: both are texts that end in a zero and live until the call returns.
    let result =
        unsafe { libc::linkat(libc::AT_FDCWD, from.as_ptr(), libc::AT_FDCWD, to.as_ptr(), libc::AT_SYMLINK_FOLLOW) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn give_name(_file: &File, _name: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `.name.PID-N.partial`, beside the file.
fn partial_name(path: &Path) -> Option<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = OsString::from(".");
    name.push(path.file_name()?);
    name.push(format!(".{}-{}{}", process::id(), COUNT.fetch_add(1, Relaxed), stale_files::ENDING));
    Some(path.with_file_name(name))
}

/// Flushes the folder, which contains the name.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path))?.sync_all() {
        // Some file systems cannot flush folders.
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOTSUP)) => Ok(()),
        result => result,
    }
}

/// Windows flushes the name with the file.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// A reader or writer that keeps its error, because the encoder does not expect any.
fn compress_zstd(source: &mut impl Read, out: &mut impl Write) -> io::Result<()> {
    let mut drain = Drain { out, failed: None };
    let mut encoder = FrameCompressor::new(CompressionLevel::Fastest);
    encoder.set_source(&mut *source);
    encoder.set_drain(&mut drain);
    encoder.compress();
    drop(encoder);
    drain.failed.map_or(Ok(()), Err)
}

struct Drain<'a, W> {
    out: &'a mut W,
    failed: Option<io::Error>,
}

impl<W: Write> Write for Drain<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            self.failed = self.out.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
