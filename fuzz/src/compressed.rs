//! Makes compressed files from a fuzzer's bytes: sound, damaged, several in a row, or a bomb.

use crate::input::MAX_BYTES;
use crate::mutate;
use arbitrary::{Result, Unstructured};
use std::io::Write;

/// The input of the decompressors.
pub(crate) struct Compressed {
    pub(crate) file: Vec<u8>,
    /// The decompressed bytes, if the file is sound.
    pub(crate) plain: Option<Vec<u8>>,
    /// Limit for the decompressed bytes.
    pub(crate) limit: u64,
}

/// A few kilobytes that decompress to more than any limit.
const BOMB: usize = 8 << 20;

pub(crate) fn compressed(bytes: &mut Unstructured<'_>) -> Result<Compressed> {
    let limit = if bytes.ratio(1, 4)? { bytes.int_in_range(0..=4000)? } else { MAX_BYTES };
    if bytes.ratio(1, 4)? {
        return anything(bytes, limit);
    }
    let gzip = bytes.arbitrary::<bool>()?;
    let compress = |plain: &[u8]| if gzip { gzipped(plain) } else { zstandard(plain) };
    // The rare case is last in the range, because an input at its end chooses the first.
    if !bytes.ratio(63, 64)? {
        return Ok(Compressed { file: compress(&vec![b' '; BOMB]), plain: None, limit });
    }
    let text = mutate::changed_snapshot(bytes)?;
    let cut = bytes.choose_index(text.len() + 1)?;
    // Two members or frames in a row are one file.
    let mut file =
        if bytes.ratio(1, 4)? { [compress(&text[..cut]), compress(&text[cut..])].concat() } else { compress(&text) };
    let damages = if bytes.ratio(1, 2)? { 0 } else { bytes.int_in_range(1..=4)? };
    for _ in 0..damages {
        damage(bytes, &mut file)?;
    }
    Ok(Compressed { file, plain: (damages == 0).then_some(text), limit })
}

/// The fuzzer's bytes, with a magic number or without one, as brotli.
fn anything(bytes: &mut Unstructured<'_>, limit: u64) -> Result<Compressed> {
    let magic: &[u8] = bytes.choose(&[&b"\x1f\x8b\x08"[..], b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b""])?;
    let file = [magic, bytes.bytes(bytes.len())?].concat();
    Ok(Compressed { file, plain: None, limit })
}

fn damage(bytes: &mut Unstructured<'_>, file: &mut Vec<u8>) -> Result<()> {
    if file.is_empty() {
        return Ok(());
    }
    let at = bytes.choose_index(file.len())?;
    match bytes.int_in_range(0..=3)? {
        0 => file.truncate(at),
        1 => drop(file.remove(at)),
        2 => file.insert(at, bytes.arbitrary()?),
        _ => file[at] = bytes.arbitrary()?,
    }
    Ok(())
}

fn gzipped(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("memory takes all bytes")
}

fn zstandard(plain: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
}
