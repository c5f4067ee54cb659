//! Redacts a snapshot from standard input to standard output, with the key in the first argument.

use heapray_core::redact::{Key, Redactor, Sink};
use heapray_core::{Code, Error, Progress, Result};
use std::io::{Read, Write};

struct Out(std::io::Stdout);

impl Sink for Out {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(|error| Error::new(Code::Cancelled, "an output", error.to_string()))
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let key = std::env::args().nth(1).unwrap_or_default();
    let mut redactor = Redactor::new(Key::new(key.as_bytes()), None, Out(std::io::stdout()));
    let mut block = vec![0; 4 << 20];
    loop {
        match std::io::stdin().lock().read(&mut block)? {
            0 => break,
            length => redactor.push(&block[..length], &Progress::new())?,
        }
    }
    redactor.finish(&Progress::new())?;
    Ok(())
}
