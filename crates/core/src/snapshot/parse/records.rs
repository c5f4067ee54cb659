//! Text of a number section → records in a [`Table`], in parallel and in place.
//!
//! A chunk is cut into pieces right after commas. Counting the commas of each piece (in parallel, at the
//! speed of reading) tells at which number, and so at which record, each piece starts. Then every piece
//! can be scanned straight into its own slice of the columns:
//!
//! ```text
//! chunk     …3,1,7,  2,0,14,3,  5,21,1,9,  7,2,
//! pieces       |         |          |             commas before: 0, 3, 7, 11; fields: 3
//! records   3,1,7 | 2,0,14 3,5,21 | 1,9,7 | 2,…   each piece scans the records that start in it
//! ```
//!
//! The beginning of a record at the end of a chunk goes byte by byte through the `Machine`, which keeps
//! its state until the next chunk. So chunks may end anywhere and no text is kept. The result does not
//! depend on how the input was split.

use super::number::{self, Commas, Machine, Scanned};
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::parallel;
use memchr::{memchr, memchr_iter};

/// A value that its field cannot have.
#[derive(Debug)]
pub struct BadField {
    pub(crate) field: usize,
    pub(crate) expected: String,
}

/// The destination of records: columns that grow at the end.
pub trait Table {
    /// Rare values that do not fit the columns. Record numbers count from the slice's start.
    type Extra: Send;
    /// Writes a run of records in place.
    type Slice<'a>: Slice<Extra = Self::Extra> + Send
    where
        Self: 'a;

    /// Name of the section, for errors.
    fn section(&self) -> &'static str;
    /// Numbers per record.
    fn fields(&self) -> usize;
    /// Reserves capacity for the next records, as runs of these lengths.
    fn slices(&mut self, lengths: &[usize]) -> Result<Vec<Self::Slice<'_>>>;
    /// Adds the written records, and the slices' values that do not fit the columns.
    fn commit(&mut self, lengths: &[usize], extras: Vec<Self::Extra>) -> Result<()>;
}

/// A run of records of a [`Table`] that one thread writes.
pub trait Slice: Sized {
    /// See [`Table::Extra`].
    type Extra: Send;
    /// Writes record number `at` of this slice.
    fn put(&mut self, at: usize, values: &[i64]) -> std::result::Result<(), BadField>;
    /// Scans the records of `run`. Sections with millions of records give their usual number of fields as
    /// a constant, which lets the compiler keep a record in registers.
    fn scan(&mut self, run: &Run<'_>) -> ScanResult {
        run.scan::<Self, MAX_FIELDS>(self)
    }
    /// Ends the slice.
    fn into_extra(self) -> Self::Extra;
}

/// The most numbers of a record, limited by [`crate::schema`].
pub(crate) const MAX_FIELDS: usize = 32;
/// Bytes that one thread scans at a time: few enough for its cache, enough to hide the scheduling. Smaller
/// for fuzzers, whose inputs are small but should be cut too.
const PIECE: usize = if cfg!(any(fuzzing, miri)) { 64 } else { 256 << 10 };
/// Fewer bytes are not worth cutting.
const WORTH_CUTTING: usize = if cfg!(any(fuzzing, miri)) { 16 } else { 4 << 10 };

/// Reads the inside of one number section, chunk by chunk.
#[derive(Debug)]
pub struct Records<T> {
    pub table: T,
    reader: Reader,
}

impl<T: Table> Records<T> {
    pub fn new(table: T) -> Self {
        Self { table, reader: Reader::new() }
    }

    /// Takes the chunk that starts at `offset` of the input. Returns how many bytes belonged to the
    /// section and whether its closing bracket was among them.
    pub fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let section = self.table.section();
        self.reader.push(&mut self.table, chunk, offset).map_err(|error| error.in_section(section))
    }

    /// Ends the section.
    pub fn into_table(self) -> T {
        self.table
    }
}

/// A [`Table`] of any type, so that code that does not run for every record is compiled only once.
trait AnyTable {
    fn fields(&self) -> usize;
    /// Appends one record. Returns the invalid value, if there is one.
    fn append(&mut self, values: &[i64]) -> Result<Option<BadField>>;
    /// Scans all records of `pieces` of the text that starts at `offset`. Returns where the last one ends.
    fn scan(&mut self, text: &[u8], offset: u64, pieces: &[Piece]) -> Result<Option<usize>>;
}

impl<T: Table> AnyTable for T {
    fn fields(&self) -> usize {
        Table::fields(self)
    }

    fn append(&mut self, values: &[i64]) -> Result<Option<BadField>> {
        let mut extras = Vec::new();
        for mut slice in self.slices(&[1])? {
            if let Err(bad) = slice.put(0, values) {
                return Ok(Some(bad));
            }
            extras.push(slice.into_extra());
        }
        self.commit(&[1], extras)?;
        Ok(None)
    }

    fn scan(&mut self, text: &[u8], offset: u64, pieces: &[Piece]) -> Result<Option<usize>> {
        let fields = Table::fields(self);
        let lengths: Vec<usize> = pieces.iter().map(|piece| piece.records).collect();
        let jobs = self.slices(&lengths)?.into_iter().zip(pieces).collect();
        let results = parallel::map(jobs, |(mut slice, piece)| {
            let end = match piece.run(text, fields) {
                Some(run) => Some(slice.scan(&run)?),
                None => None,
            };
            Ok((slice.into_extra(), end))
        });
        let mut extras = Vec::with_capacity(results.len());
        let mut last = None;
        for result in results {
            let (extra, end) = result.map_err(|error: PieceError| error.with_base(offset))?;
            extras.push(extra);
            last = last.max(end);
        }
        self.commit(&lengths, extras)?;
        Ok(last)
    }
}

/// The state between two chunks.
#[derive(Debug)]
struct Reader {
    machine: Machine,
    values: [i64; MAX_FIELDS],
    offsets: [u64; MAX_FIELDS],
    have: usize,
}

impl Reader {
    fn new() -> Self {
        Self { machine: Machine::first(), values: [0; MAX_FIELDS], offsets: [0; MAX_FIELDS], have: 0 }
    }

    fn push(&mut self, table: &mut dyn AnyTable, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let bracket = memchr(b']', chunk).unwrap_or(chunk.len());
        let at_record = |reader: &Self| reader.have == 0 && reader.machine.is_fresh();
        // The rest of a record that the last chunk began.
        let enough = |reader: &Self, at| at_record(reader) && bracket.saturating_sub(at) > WORTH_CUTTING;
        let (mut at, done) = self.bytes(table, chunk, 0, offset, enough)?;
        if done || at == chunk.len() {
            return Ok((at, done));
        }
        let pieces = pieces(&chunk[..bracket], at, table.fields());
        if let Some(end) = table.scan(&chunk[..bracket], offset, &pieces)? {
            self.machine.restart();
            at = end;
        }
        // What remains before the bracket is less than a record.
        self.bytes(table, chunk, at, offset, |_, _| false)
    }

    /// Takes bytes from `at` on through the machine, until `enough` or the closing bracket.
    fn bytes(
        &mut self,
        table: &mut dyn AnyTable,
        chunk: &[u8],
        mut at: usize,
        offset: u64,
        enough: impl Fn(&Self, usize) -> bool,
    ) -> Result<(usize, bool)> {
        while at < chunk.len() && !enough(self, at) {
            let done = self.byte(table, chunk[at], offset + at as u64)?;
            at += 1;
            if done {
                return Ok((at, true));
            }
        }
        Ok((at, false))
    }

    /// Takes one byte through the machine. True at the closing bracket.
    fn byte(&mut self, table: &mut dyn AnyTable, byte: u8, offset: u64) -> Result<bool> {
        let (value, last) = match self.machine.byte(byte, offset)? {
            Scanned::More => return Ok(false),
            Scanned::Value(value) => (value, false),
            Scanned::Last(value) => (value, true),
            Scanned::End => return Ok(true),
        };
        self.values[self.have] = value;
        self.offsets[self.have] = self.machine.start();
        self.have += 1;
        let fields = table.fields();
        if self.have == fields {
            self.have = 0;
            if let Some(bad) = table.append(&self.values[..fields])? {
                let found = self.values[bad.field].to_string();
                return Err(Error::new(Code::Range, bad.expected, found).at(self.offsets[bad.field]));
            }
        } else if last {
            return Err(Error::new(
                Code::Count,
                format!("a multiple of {fields} numbers"),
                format!("{} too many", self.have),
            )
            .at(offset));
        }
        Ok(last)
    }
}

/// A part of the text that one thread scans at a time.
struct Piece {
    /// Its offset in the text.
    start: usize,
    /// Values of a record that started in an earlier piece.
    skip: usize,
    /// Records that start in it and are complete in the text.
    records: usize,
}

impl Piece {
    /// Its records; `None` if none starts in it.
    fn run<'a>(&self, text: &'a [u8], fields: usize) -> Option<Run<'a>> {
        if self.records == 0 {
            return None;
        }
        let mut at = self.start;
        for _ in 0..self.skip {
            at += memchr(b',', &text[at..]).map_or(0, |comma| comma + 1);
        }
        Some(Run { text, at, records: self.records, fields })
    }
}

/// Cuts the complete records of `text[from..]`, which starts at a record.
fn pieces(text: &[u8], from: usize, fields: usize) -> Vec<Piece> {
    let starts = piece_starts(text, from);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let commas = parallel::map(starts.iter().copied().zip(ends).collect(), |(start, end): (usize, usize)| {
        memchr_iter(b',', &text[start..end]).count()
    });
    let records = commas.iter().sum::<usize>() / fields;
    // A piece of the last, incomplete record starts none.
    let record_of = |value: usize| value.div_ceil(fields).min(records);
    let mut value: usize = 0;
    let piece = |(start, count)| {
        let (first, after) = (value, value + count);
        value = after;
        let skip = first.next_multiple_of(fields) - first;
        Piece { start, skip, records: record_of(after) - record_of(first) }
    };
    starts.into_iter().zip(commas).map(piece).collect()
}

/// An error whose offset still counts from the chunk's start.
pub struct PieceError(Error, u64);

impl PieceError {
    fn with_base(self, base: u64) -> Error {
        self.0.at(base + self.1)
    }
}

/// Starts of pieces: `from`, then the byte after a comma about every [`PIECE`] bytes.
fn piece_starts(text: &[u8], from: usize) -> Vec<usize> {
    let mut starts = vec![from];
    let mut at = from + PIECE;
    while at < text.len() {
        match memchr(b',', &text[at..]) {
            Some(comma) if at + comma + 1 < text.len() => starts.push(at + comma + 1),
            _ => break,
        }
        at = starts[starts.len() - 1] + PIECE;
    }
    starts
}

/// Consecutive complete records of one text.
pub struct Run<'a> {
    text: &'a [u8],
    /// Where the first one starts.
    at: usize,
    records: usize,
    /// Numbers per record.
    pub(crate) fields: usize,
}

/// Where the last record ends.
pub(crate) type ScanResult = std::result::Result<usize, PieceError>;

impl Run<'_> {
    /// Puts the records into `slice`. `N` is the number of fields, or [`MAX_FIELDS`] for any number.
    #[inline(always)]
    pub(crate) fn scan<S: Slice, const N: usize>(&self, slice: &mut S) -> ScanResult {
        let Self { text, mut at, .. } = *self;
        let fields = if N < MAX_FIELDS { N } else { self.fields };
        let mut commas = Commas::new(text, at);
        let mut values = [0i64; N];
        for record in 0..self.records {
            let mut next = at;
            let mut plain = true;
            for value in &mut values[..fields] {
                let comma = commas.next();
                match number::between(text, next, comma).or_else(|| number::between_spaces(text, next, comma)) {
                    Some(number) => *value = number as i64,
                    None => plain = false,
                }
                next = comma + 1;
            }
            if !plain {
                next = slow_record(text, at, &mut values[..fields])?;
            }
            if let Err(bad) = slice.put(record, &values[..fields]) {
                return Err(locate(text, at, bad, &values));
            }
            at = next;
        }
        Ok(at)
    }
}

/// Takes one record through the machine. Returns where the next one starts.
#[cold]
fn slow_record(text: &[u8], mut at: usize, values: &mut [i64]) -> std::result::Result<usize, PieceError> {
    let mut machine = Machine::next();
    for value in values {
        loop {
            let Some(&byte) = text.get(at) else {
                return Err(PieceError(Error::new(Code::Truncated, "a number", "the end"), at as u64));
            };
            let scanned = machine.byte(byte, at as u64).map_err(|error| {
                let offset = error.offset().unwrap_or(at as u64);
                PieceError(Error::new(error.code(), error.expected(), error.found()), offset)
            })?;
            at += 1;
            if let Scanned::Value(number) = scanned {
                *value = number;
                break;
            }
        }
    }
    Ok(at)
}

/// Finds the offset of an invalid value by reading its record again.
#[cold]
fn locate(text: &[u8], mut at: usize, bad: BadField, values: &[i64]) -> PieceError {
    let mut machine = Machine::next();
    let mut field = 0;
    while let Some(&byte) = text.get(at) {
        match machine.byte(byte, at as u64) {
            Ok(Scanned::More) => {}
            Ok(_) if field == bad.field => break,
            Ok(_) => field += 1,
            Err(_) => break,
        }
        at += 1;
    }
    PieceError(Error::new(Code::Range, bad.expected, values[bad.field].to_string()), machine.start())
}
