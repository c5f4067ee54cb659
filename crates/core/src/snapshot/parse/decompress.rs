//! Compressed bytes → bytes: gzip, zstd and brotli, recognised by content, pushed in any split.
//!
//! gzip and zstd have magic numbers. Brotli has none: input that is neither JSON nor one of those is
//! tried as brotli, and accepted if the output starts a snapshot. Node.js has its own decoder, so the
//! addon is built without this one (feature `brotli`), whose dictionary alone is 120 kB.
//!
//! Decoders write into a sink as they go; a sink that refuses (bad input, too many bytes) ends the work
//! at once, which bounds the cost of a decompression bomb.

use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::progress::Progress;
use std::any::Any;
use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;

/// Consumes bytes block by block. It is called through a pointer, whose cost is negligible for a block, so that the
/// decoders and the redactor are compiled only once, with this crate's optimisation for speed.
pub trait Sink: Any + Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Any that makes further bytes useless; the caller stops.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.try_reserve(bytes.len()).map_err(|_| Error::out_of_memory(bytes.len()))?;
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// The sink, as its original type.
///
/// # Errors
/// If it is of another type, which would be a bug.
pub fn sink_back<S: Sink>(sink: Box<dyn Sink>) -> Result<S> {
    let sink: Box<dyn Any> = sink;
    sink.downcast().map(|sink| *sink).map_err(|_| Error::new(Code::Compression, "the sink that was given", "another"))
}

/// Adapts a [`Sink`] for the decoders. `failed` has the error that ended the work.
struct Writer {
    sink: Box<dyn Sink>,
    failed: Option<Error>,
    /// Something came out.
    #[cfg(feature = "brotli")]
    has_begun: bool,
}

impl Writer {
    fn new(sink: Box<dyn Sink>) -> Self {
        Self {
            sink,
            failed: None,
            #[cfg(feature = "brotli")]
            has_begun: false,
        }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(feature = "brotli")]
        {
            self.has_begun |= !bytes.is_empty();
        }
        match self.sink.take(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failed = Some(error);
                Err(io::Error::other("the parser refused"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Decoder {
    /// Too few bytes so far to recognise a format.
    Sniff(Vec<u8>, Writer),
    Plain(Writer),
    #[cfg(feature = "compression")]
    Gzip(Box<flate2::write::MultiGzDecoder<Writer>>),
    #[cfg(feature = "compression")]
    Zstd(Box<zstd::Frames>, Writer),
    #[cfg(feature = "brotli")]
    Brotli(Box<brotli_decompressor::DecompressorWriter<Writer>>),
    Broken,
}

/// Recognises the format from the first bytes and passes the rest through, to a sink of type `S`.
pub struct Input<S> {
    stream: Stream,
    sink: PhantomData<fn() -> S>,
}

impl<S> fmt::Debug for Input<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("received", &self.stream.received).finish_non_exhaustive()
    }
}

impl<S: Sink> Input<S> {
    /// Writes the decompressed bytes to `sink`.
    pub fn new(sink: S) -> Self {
        Self { stream: Stream::new(Box::new(sink)), sink: PhantomData }
    }

    /// Takes the next compressed bytes in windows, with a check of the cancel flag before each. Progress counts the
    /// bytes taken.
    pub fn push_watched(&mut self, chunk: &[u8], window: usize, progress: &Progress) -> Result<()> {
        for window in chunk.chunks(window) {
            progress.check()?;
            self.stream.push(window)?;
            progress.set_done(self.stream.received);
        }
        Ok(())
    }

    /// Ends the input and gives the sink back.
    pub fn finish(self) -> Result<S> {
        sink_back(self.stream.finish()?)
    }
}

/// The same for any sink.
struct Stream {
    decoder: Decoder,
    /// Compressed bytes taken.
    received: u64,
    /// The beginning of an incomplete block.
    pending: Vec<u8>,
}

/// Bytes needed to recognise the format.
const SNIFF: usize = 4;
/// Decoders get blocks of this many bytes, however the input is split: the amount they output before
/// they detect damage, and so the error, depends on the amount they were given at once.
const BLOCK: usize = if cfg!(fuzzing) { 64 } else { 16 << 10 };
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// With the only method there is.
const GZIP: &[u8] = b"\x1f\x8b\x08";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

impl Stream {
    fn new(sink: Box<dyn Sink>) -> Self {
        Self { decoder: Decoder::Sniff(Vec::new(), Writer::new(sink)), received: 0, pending: Vec::new() }
    }

    /// Takes the next compressed bytes.
    fn push(&mut self, mut chunk: &[u8]) -> Result<()> {
        self.received += chunk.len() as u64;
        if let Decoder::Sniff(head, _) = &mut self.decoder {
            let wanted = SNIFF.saturating_sub(head.len()).min(chunk.len());
            head.extend_from_slice(&chunk[..wanted]);
            chunk = &chunk[wanted..];
            if head.len() < SNIFF {
                return Ok(());
            }
            self.recognise()?;
        }
        if matches!(self.decoder, Decoder::Plain(_)) { self.pass(chunk) } else { self.pass_blocks(chunk) }
    }

    fn pass_blocks(&mut self, mut chunk: &[u8]) -> Result<()> {
        if !self.pending.is_empty() {
            let (missing, rest) = chunk.split_at(chunk.len().min(BLOCK - self.pending.len()));
            self.pending.extend_from_slice(missing);
            if self.pending.len() < BLOCK {
                return Ok(());
            }
            let block = std::mem::take(&mut self.pending);
            self.pass(&block)?;
            chunk = rest;
        }
        let mut blocks = chunk.chunks_exact(BLOCK);
        blocks.try_for_each(|block| self.pass(block))?;
        self.pending.extend_from_slice(blocks.remainder());
        Ok(())
    }

    /// Ends the input and gives the sink back.
    fn finish(mut self) -> Result<Box<dyn Sink>> {
        if matches!(self.decoder, Decoder::Sniff(..)) {
            self.recognise()?;
        }
        let last = std::mem::take(&mut self.pending);
        if !last.is_empty() {
            self.pass(&last)?;
        }
        match self.decoder {
            Decoder::Plain(writer) => Ok(writer.sink),
            #[cfg(feature = "compression")]
            Decoder::Gzip(mut gzip) => {
                let end = gzip.try_finish();
                match (end, gzip.get_mut().failed.take()) {
                    (_, Some(error)) => Err(error),
                    (Err(error), None) => Err(damaged("gzip", &error, self.received)),
                    // The stream is complete, so this cannot fail; it returns the sink.
                    (Ok(()), None) => {
                        gzip.finish().map(|writer| writer.sink).map_err(|error| damaged("gzip", &error, self.received))
                    }
                }
            }
            #[cfg(feature = "compression")]
            Decoder::Zstd(frames, writer) => {
                if frames.is_whole() {
                    Ok(writer.sink)
                } else {
                    Err(cut("zstd", self.received))
                }
            }
            #[cfg(feature = "brotli")]
            Decoder::Brotli(mut brotli) => {
                let end = brotli.close();
                if let Some(error) = brotli.get_mut().failed.take() {
                    return Err(unless_a_guess(error));
                }
                if end.is_err() && !brotli.get_mut().has_begun {
                    return Err(not_recognised());
                }
                end.map_err(|error| damaged("brotli", &error, self.received))?;
                brotli.into_inner().map(|writer| writer.sink).map_err(|_| cut("brotli", self.received))
            }
            Decoder::Sniff(..) | Decoder::Broken => Err(Error::new(Code::Compression, "a stream", "a broken one")),
        }
    }

    fn recognise(&mut self) -> Result<()> {
        let Decoder::Sniff(head, writer) = std::mem::replace(&mut self.decoder, Decoder::Broken) else { return Ok(()) };
        self.decoder = decoder_for(&head, writer)?;
        if matches!(self.decoder, Decoder::Plain(_)) {
            return self.pass(head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head));
        }
        self.pass_blocks(&head)
    }

    fn pass(&mut self, chunk: &[u8]) -> Result<()> {
        #[cfg(feature = "compression")]
        let received = self.received;
        match &mut self.decoder {
            Decoder::Plain(writer) => writer.sink.take(chunk),
            #[cfg(feature = "compression")]
            Decoder::Gzip(gzip) => {
                let end = gzip.write_all(chunk);
                settle("gzip", end, gzip.get_mut().failed.take(), received)
            }
            #[cfg(feature = "compression")]
            Decoder::Zstd(frames, writer) => {
                let end = frames.push(chunk, writer);
                settle("zstd", end, writer.failed.take(), received)
            }
            #[cfg(feature = "brotli")]
            Decoder::Brotli(brotli) => {
                let end = brotli.write_all(chunk);
                let failed = brotli.get_mut().failed.take();
                match (end, failed) {
                    (_, Some(error)) => Err(unless_a_guess(error)),
                    (Ok(()), None) => Ok(()),
                    (Err(_), None) => Err(not_recognised()),
                }
            }
            Decoder::Sniff(..) | Decoder::Broken => Ok(()),
        }
    }
}

/// Brotli was only a guess: what does not decode is no snapshot rather than a damaged one.
#[cfg(feature = "brotli")]
fn unless_a_guess(error: Error) -> Error {
    if error.code() == Code::NotASnapshot { not_recognised() } else { error }
}

#[cfg(feature = "compression")]
fn decoder_for(head: &[u8], writer: Writer) -> Result<Decoder> {
    if head.starts_with(GZIP) {
        return Ok(Decoder::Gzip(Box::new(flate2::write::MultiGzDecoder::new(writer))));
    }
    if head.starts_with(ZSTD) || zstd::is_skippable(head) {
        return Ok(Decoder::Zstd(Box::default(), writer));
    }
    if is_text(head) {
        return Ok(Decoder::Plain(writer));
    }
    last_guess(writer)
}

#[cfg(feature = "brotli")]
fn last_guess(writer: Writer) -> Result<Decoder> {
    Ok(Decoder::Brotli(Box::new(brotli_decompressor::DecompressorWriter::new(writer, 64 << 10))))
}

#[cfg(all(feature = "compression", not(feature = "brotli")))]
fn last_guess(_: Writer) -> Result<Decoder> {
    Err(not_recognised())
}

#[cfg(not(feature = "compression"))]
fn decoder_for(head: &[u8], writer: Writer) -> Result<Decoder> {
    if head.starts_with(GZIP) || head.starts_with(ZSTD) {
        return Err(Error::new(
            Code::Compression,
            "an uncompressed snapshot (this build cannot decompress)",
            "a compressed one",
        ));
    }
    Ok(Decoder::Plain(writer))
}

/// Whether the parser has a better error for these first bytes: JSON of some kind, UTF-16, nothing.
#[cfg(feature = "compression")]
fn is_text(head: &[u8]) -> bool {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.iter().all(printable)
}

#[cfg(feature = "compression")]
fn settle(format: &str, end: io::Result<()>, failed: Option<Error>, received: u64) -> Result<()> {
    match (failed, end) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(damaged(format, &error, received)),
        (None, Ok(())) => Ok(()),
    }
}

#[cfg(feature = "compression")]
#[cold]
fn damaged(format: &str, error: &io::Error, received: u64) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return cut(format, received);
    }
    Error::new(Code::Compression, format!("a sound {format} stream"), error.to_string())
}

#[cfg(feature = "compression")]
#[cold]
fn cut(format: &str, received: u64) -> Error {
    Error::new(
        Code::Truncated,
        format!("the rest of the {format} stream"),
        format!("the end after {received} compressed bytes"),
    )
}

#[cfg(feature = "compression")]
#[cold]
fn not_recognised() -> Error {
    Error::new(
        Code::NotASnapshot,
        "a V8 heap snapshot, plain or compressed with gzip, zstd or brotli",
        "something else",
    )
    .at(0)
}

#[cfg(feature = "compression")]
mod zstd {
    //! Frames one after the other, block by block: never more than one block is decoded ahead.

    use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
    use std::io::{self, Write};

    /// A frame header is no longer than this.
    const MAX_HEADER: usize = 18;
    const BLOCK_HEADER: usize = 3;
    const CHECKSUM: usize = 4;

    pub(super) fn is_skippable(head: &[u8]) -> bool {
        matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
    }

    #[derive(Default)]
    pub(super) struct Frames {
        decoder: FrameDecoder,
        pending: Vec<u8>,
        /// A frame is open; its blocks end with a checksum when the flag says so.
        open: bool,
        checksum: bool,
        /// Bytes of a skippable frame still to come.
        skip: usize,
    }

    impl Frames {
        pub(super) fn is_whole(&self) -> bool {
            !self.open && self.pending.is_empty() && self.skip == 0
        }

        pub(super) fn push(&mut self, chunk: &[u8], out: &mut impl Write) -> io::Result<()> {
            self.pending.extend_from_slice(chunk);
            let pending = std::mem::take(&mut self.pending);
            let mut rest = &pending[..];
            while self.advance(&mut rest, out)? {}
            self.pending = rest.to_vec();
            Ok(())
        }

        /// Consumes a header, a block or skippable bytes; false if more bytes are needed.
        fn advance(&mut self, rest: &mut &[u8], out: &mut impl Write) -> io::Result<bool> {
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len());
                *rest = &rest[skipped..];
                self.skip -= skipped;
                return Ok(self.skip == 0);
            }
            if self.open { self.block(rest, out) } else { self.header(rest) }
        }

        fn header(&mut self, rest: &mut &[u8]) -> io::Result<bool> {
            if is_skippable(rest) {
                let Some(&[_, _, _, _, a, b, c, d]) = rest.first_chunk::<8>() else { return Ok(false) };
                self.skip = u32::from_le_bytes([a, b, c, d]) as usize;
                *rest = &rest[8..];
                return Ok(true);
            }
            if rest.len() < header_length(rest).unwrap_or(MAX_HEADER) {
                return Ok(false);
            }
            self.checksum = rest[4] & 4 != 0;
            self.decoder.reset(&mut *rest).map_err(damage)?;
            self.open = true;
            Ok(true)
        }

        fn block(&mut self, rest: &mut &[u8], out: &mut impl Write) -> io::Result<bool> {
            let Some(&[a, b, c]) = rest.first_chunk::<BLOCK_HEADER>() else { return Ok(false) };
            let header = u32::from_le_bytes([a, b, c, 0]);
            let last = header & 1 != 0;
            // A run-length block is one byte, whatever its decompressed size.
            let size = if header >> 1 & 3 == 1 { 1 } else { (header >> 3) as usize };
            if rest.len() < BLOCK_HEADER + size + if last && self.checksum { CHECKSUM } else { 0 } {
                return Ok(false);
            }
            self.decoder.decode_blocks(&mut *rest, BlockDecodingStrategy::UptoBlocks(1)).map_err(damage)?;
            self.decoder.collect_to_writer(&mut *out).map_err(damage)?;
            if last {
                self.open = false;
                let (stored, computed) =
                    (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
                if self.checksum && stored != computed {
                    return Err(io::Error::other("a checksum that does not fit"));
                }
            }
            Ok(true)
        }
    }

    /// As text: keeping the decoder's errors would add 30 kB of code to format their fields.
    fn damage(error: impl std::fmt::Display) -> io::Error {
        io::Error::other(error.to_string())
    }

    /// Length of the frame header that starts here, from its descriptor byte (RFC 8878, 3.1.1.1).
    fn header_length(bytes: &[u8]) -> Option<usize> {
        let descriptor = *bytes.get(4)?;
        let single_segment = descriptor & 0x20 != 0;
        let dictionary = [0, 1, 2, 4][(descriptor & 3) as usize];
        let content_size = match descriptor >> 6 {
            0 => usize::from(single_segment),
            1 => 2,
            2 => 4,
            _ => 8,
        };
        Some(5 + usize::from(!single_segment) + dictionary + content_size)
    }
}
