//! Text of a number section → records in a [`Table`], in parallel and in place.
//!
//! A chunk is cut into pieces right after commas. Counting the commas of each piece (in parallel,
//! at the speed of reading) gives the number at which each piece starts, hence the record; so every
//! piece can be scanned straight into its own slice of the columns:
//!
//! ```text
//! chunk     …3,1,7,  2,0,14,3,  5,21,1,9,  7,2,
//! pieces       |         |          |             commas before: 0, 3, 7, 11; fields: 3
//! records   3,1,7 | 2,0,14 3,5,21 | 1,9,7 | 2,…   each piece scans the records that start in it
//! ```
//!
//! What is left at the end of a chunk — the beginning of a record — goes byte by byte through the
//! [`Machine`], which keeps its state until the next chunk; so chunks may be cut anywhere and no
//! text is kept. The result does not depend on how the input was cut.

use super::number::{self, Commas, Machine, Step};
use crate::error::{Code, Error, Result};
use memchr::{memchr, memchr_iter};

/// A value that cannot stand in its field.
#[derive(Debug)]
pub(crate) struct BadField {
    pub(crate) field: usize,
    pub(crate) expected: String,
}

/// Where records go: columns that grow at the end.
pub(crate) trait Table {
    /// What does not fit the columns (rare); record numbers in it count from its slice's start.
    type Extra: Send;
    /// Writes a run of records in place.
    type Slice<'a>: Slice<Extra = Self::Extra> + Send
    where
        Self: 'a;

    /// Name of the section, for errors.
    fn section(&self) -> &'static str;
    /// Numbers per record.
    fn fields(&self) -> usize;
    /// Makes room for the next `records` records and cuts it into runs of these lengths.
    fn slices(&mut self, lengths: &[usize]) -> Result<Vec<Self::Slice<'_>>>;
    /// Takes back what the slices gathered beside the columns; all their records were written.
    fn commit(&mut self, lengths: &[usize], extras: Vec<Self::Extra>) -> Result<()>;
}

/// A run of records of a [`Table`] that one thread writes.
pub(crate) trait Slice {
    /// See [`Table::Extra`].
    type Extra: Send;
    /// Writes record number `at` of this slice.
    fn put(&mut self, at: usize, values: &[i64]) -> std::result::Result<(), BadField>;
    /// Ends the slice.
    fn into_extra(self) -> Self::Extra;
}

/// Most numbers a record may have: what [`crate::schema`] allows.
pub(crate) const MOST_FIELDS: usize = 32;
/// Bytes one thread scans at a time: small enough for its cache, large enough to hide the hand-over.
/// A fuzzer's inputs are small, and are to be cut all the same.
const PIECE: usize = if cfg!(any(fuzzing, miri)) { 64 } else { 256 << 10 };
/// Less than this is not worth cutting up.
const WORTH_CUTTING: usize = if cfg!(any(fuzzing, miri)) { 16 } else { 4 << 10 };

/// Reads the inside of one number section, chunk by chunk.
#[derive(Debug)]
pub(crate) struct Records<T> {
    pub(crate) table: T,
    machine: Machine,
    values: [i64; MOST_FIELDS],
    offsets: [u64; MOST_FIELDS],
    have: usize,
}

impl<T: Table> Records<T> {
    pub(crate) fn new(table: T) -> Self {
        Self { table, machine: Machine::first(), values: [0; MOST_FIELDS], offsets: [0; MOST_FIELDS], have: 0 }
    }

    /// Takes the chunk that starts at `offset` of the input. Returns how many bytes belonged to the
    /// section and whether its closing bracket was among them.
    pub(crate) fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let section = self.table.section();
        self.scan(chunk, offset).map_err(|error| error.in_section(section))
    }

    fn scan(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        let bracket = memchr(b']', chunk).unwrap_or(chunk.len());
        let at_record = |records: &Self| records.have == 0 && records.machine.is_fresh();
        // The rest of a record that the last chunk began.
        let (mut at, done) = self
            .bytes(chunk, 0, offset, |records, at| at_record(records) && bracket.saturating_sub(at) > WORTH_CUTTING)?;
        if done || at == chunk.len() {
            return Ok((at, done));
        }
        let end = self.whole_records(&chunk[..bracket], at, offset)?;
        if end > at {
            self.machine.restart();
            at = end;
        }
        // What remains before the bracket is less than a record.
        self.bytes(chunk, at, offset, |_, _| false)
    }

    /// Bytes from `at` on through the machine, until `enough` or the closing bracket.
    fn bytes(
        &mut self,
        chunk: &[u8],
        mut at: usize,
        offset: u64,
        enough: impl Fn(&Self, usize) -> bool,
    ) -> Result<(usize, bool)> {
        while at < chunk.len() && !enough(self, at) {
            let done = self.byte(chunk[at], offset + at as u64)?;
            at += 1;
            if done {
                return Ok((at, true));
            }
        }
        Ok((at, false))
    }

    /// One byte through the machine. True at the closing bracket.
    fn byte(&mut self, byte: u8, offset: u64) -> Result<bool> {
        let fields = self.table.fields();
        let (value, last) = match self.machine.byte(byte, offset)? {
            Step::More => return Ok(false),
            Step::Value(value) => (value, false),
            Step::Last(value) => (value, true),
            Step::End => return Ok(true),
        };
        self.values[self.have] = value;
        self.offsets[self.have] = self.machine.start();
        self.have += 1;
        if self.have == fields {
            self.have = 0;
            self.put_one()?;
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

    fn put_one(&mut self) -> Result<()> {
        let fields = self.table.fields();
        let mut extras = Vec::new();
        for mut slice in self.table.slices(&[1])? {
            slice.put(0, &self.values[..fields]).map_err(|bad| {
                Error::new(Code::Range, bad.expected, self.values[bad.field].to_string()).at(self.offsets[bad.field])
            })?;
            extras.push(slice.into_extra());
        }
        self.table.commit(&[1], extras)
    }

    /// Scans all whole records of `text[from..]`, which starts at a record. Returns where they end.
    fn whole_records(&mut self, text: &[u8], from: usize, offset: u64) -> Result<usize> {
        let fields = self.table.fields();
        let starts = piece_starts(text, from);
        let commas = for_each(&starts, |i, start| {
            let end = starts.get(i + 1).copied().unwrap_or(text.len());
            memchr_iter(b',', &text[start..end]).count()
        });
        // Number of the first value of each piece, then of the first record that starts in it.
        let mut first_value: usize = 0;
        let mut first_record = Vec::with_capacity(starts.len() + 1);
        let mut skip = Vec::with_capacity(starts.len());
        for count in commas {
            first_record.push(first_value.div_ceil(fields));
            skip.push(first_value.next_multiple_of(fields) - first_value);
            first_value += count;
        }
        let records = first_value / fields;
        first_record.push(records);
        if records == 0 {
            return Ok(from);
        }
        // A piece of the last, incomplete record starts none.
        first_record.iter_mut().for_each(|record| *record = records.min(*record));
        let lengths: Vec<usize> = first_record.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let slices = self.table.slices(&lengths)?;
        let jobs: Vec<_> = slices.into_iter().zip(&starts).zip(&skip).zip(&lengths).collect();
        let results = consume_each(jobs, |(((slice, &start), &skip), &length)| {
            scan_piece(text, start, skip, length, fields, slice)
        });
        let mut extras = Vec::with_capacity(results.len());
        let mut end = from;
        for result in results {
            let (extra, piece_end) = result.map_err(|error: PieceError| error.with_base(offset))?;
            extras.push(extra);
            end = end.max(piece_end.unwrap_or(end));
        }
        self.table.commit(&lengths, extras)?;
        Ok(end)
    }

    /// Ends the section.
    pub(crate) fn into_table(self) -> T {
        self.table
    }
}

/// An error whose offset still counts from the chunk's start.
struct PieceError(Error, u64);

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

/// Scans `length` records, the first one `skip` values after `start`. Returns where the last one ends.
fn scan_piece<S: Slice>(
    text: &[u8],
    start: usize,
    skip: usize,
    length: usize,
    fields: usize,
    mut slice: S,
) -> std::result::Result<(S::Extra, Option<usize>), PieceError> {
    if length == 0 {
        return Ok((slice.into_extra(), None));
    }
    let mut at = start;
    for _ in 0..skip {
        at += memchr(b',', &text[at..]).map_or(0, |comma| comma + 1);
    }
    // The field count as a constant lets the compiler keep a record in registers.
    let end = match fields {
        3 => scan_records::<S, 3>(text, at, length, &mut slice, fields)?,
        6 => scan_records::<S, 6>(text, at, length, &mut slice, fields)?,
        7 => scan_records::<S, 7>(text, at, length, &mut slice, fields)?,
        _ => scan_records::<S, MOST_FIELDS>(text, at, length, &mut slice, fields)?,
    };
    Ok((slice.into_extra(), Some(end)))
}

#[inline(always)]
fn scan_records<S: Slice, const MOST: usize>(
    text: &[u8],
    mut at: usize,
    length: usize,
    slice: &mut S,
    fields: usize,
) -> std::result::Result<usize, PieceError> {
    let fields = if MOST < MOST_FIELDS { MOST } else { fields };
    let mut commas = Commas::new(text, at);
    let mut values = [0i64; MOST];
    for record in 0..length {
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

/// One record through the machine. Returns where the next one starts.
#[cold]
fn slow_record(text: &[u8], mut at: usize, values: &mut [i64]) -> std::result::Result<usize, PieceError> {
    let mut machine = Machine::next();
    for value in values {
        loop {
            let Some(&byte) = text.get(at) else {
                return Err(PieceError(Error::new(Code::Truncated, "a number", "the end"), at as u64));
            };
            let step = machine.byte(byte, at as u64).map_err(|error| {
                let offset = error.offset().unwrap_or(at as u64);
                PieceError(Error::new(error.code(), error.expected(), error.found()), offset)
            })?;
            at += 1;
            if let Step::Value(number) = step {
                *value = number;
                break;
            }
        }
    }
    Ok(at)
}

/// Finds the place of a bad value by reading its record again.
#[cold]
fn locate(text: &[u8], mut at: usize, bad: BadField, values: &[i64]) -> PieceError {
    let mut machine = Machine::next();
    let mut field = 0;
    while let Some(&byte) = text.get(at) {
        match machine.byte(byte, at as u64) {
            Ok(Step::More) => {}
            Ok(_) if field == bad.field => break,
            Ok(_) => field += 1,
            Err(_) => break,
        }
        at += 1;
    }
    PieceError(Error::new(Code::Range, bad.expected, values[bad.field].to_string()), machine.start())
}

#[cfg(feature = "parallel")]
fn for_each<I: Sync + Copy, O: Send>(items: &[I], work: impl Fn(usize, I) -> O + Sync) -> Vec<O> {
    use rayon::prelude::*;
    if items.len() < 2 {
        return items.iter().enumerate().map(|(i, &item)| work(i, item)).collect();
    }
    items.par_iter().enumerate().map(|(i, &item)| work(i, item)).collect()
}

#[cfg(not(feature = "parallel"))]
fn for_each<I: Copy, O>(items: &[I], work: impl Fn(usize, I) -> O) -> Vec<O> {
    items.iter().enumerate().map(|(i, &item)| work(i, item)).collect()
}

#[cfg(feature = "parallel")]
fn consume_each<I: Send, O: Send>(items: Vec<I>, work: impl Fn(I) -> O + Sync + Send) -> Vec<O> {
    use rayon::prelude::*;
    if items.len() < 2 { items.into_iter().map(work).collect() } else { items.into_par_iter().map(work).collect() }
}

#[cfg(not(feature = "parallel"))]
fn consume_each<I, O>(items: Vec<I>, work: impl Fn(I) -> O) -> Vec<O> {
    items.into_iter().map(work).collect()
}
