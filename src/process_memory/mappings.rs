//! The process's mappings → what each is for.

use super::Mapped;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

/// V8 chooses addresses for its pages at random below this; what the kernel places lies above.
const V8_CHOOSES_BELOW: u64 = 1 << 46;
/// glibc's arenas of threads begin at multiples of this, and reserve as much.
const ARENA_BYTES: u64 = 64 << 20;
/// V8 reserves more address space than this behind a WebAssembly memory.
const GUARD_BYTES: u64 = 4 << 30;

struct Mapping {
    start: u64,
    end: u64,
    may_read: bool,
    may_execute: bool,
    is_shared: bool,
    place: Place,
    resident: u64,
}

/// What the kernel calls it.
#[derive(PartialEq)]
enum Place {
    File,
    ProgramBreak,
    MainStack,
    Anonymous,
}

/// Resident bytes by use.
pub(crate) fn by_use(stack_pointers: &[u64]) -> io::Result<Mapped> {
    let mappings = read(BufReader::new(File::open("/proc/self/smaps")?))?;
    let mut sums = Mapped::default();
    for (at, mapping) in mappings.iter().enumerate() {
        sums.resident += mapping.resident;
        *use_of(&mappings, at, stack_pointers, &mut sums) += mapping.resident;
    }
    Ok(sums)
}

/// The sum that a mapping belongs to.
fn use_of<'a>(mappings: &[Mapping], at: usize, stack_pointers: &[u64], sums: &'a mut Mapped) -> &'a mut u64 {
    let mapping = &mappings[at];
    let before = at.checked_sub(1).map(|before| &mappings[before]).filter(|before| before.end == mapping.start);
    let after = mappings.get(at + 1).filter(|after| after.start == mapping.end);
    let guard = after.filter(|after| after.place == Place::Anonymous && !after.may_read);
    match mapping.place {
        Place::File => &mut sums.files,
        Place::ProgramBreak => &mut sums.arenas,
        Place::MainStack => &mut sums.stacks,
        // Zeroed variables of an executable or a library.
        Place::Anonymous if before.is_some_and(|before| before.place == Place::File && !before.may_execute) => {
            &mut sums.files
        }
        Place::Anonymous if mapping.is_shared => &mut sums.files,
        Place::Anonymous if mapping.may_execute => &mut sums.code,
        Place::Anonymous if guard.is_some_and(|guard| guard.end - guard.start >= GUARD_BYTES) => {
            sums.web_assembly_size += mapping.end - mapping.start;
            &mut sums.web_assembly
        }
        Place::Anonymous if mapping.start < V8_CHOOSES_BELOW => &mut sums.v8_heaps,
        Place::Anonymous if is_arena(mapping, guard) => &mut sums.arenas,
        Place::Anonymous if stack_pointers.iter().any(|pointer| (mapping.start..mapping.end).contains(pointer)) => {
            &mut sums.stacks
        }
        Place::Anonymous => &mut sums.anonymous,
    }
}

fn is_arena(mapping: &Mapping, guard: Option<&Mapping>) -> bool {
    let end = guard.map_or(mapping.end, |guard| guard.end);
    mapping.start.is_multiple_of(ARENA_BYTES) && end.is_multiple_of(ARENA_BYTES)
}

fn read(mut smaps: impl BufRead) -> io::Result<Vec<Mapping>> {
    let mut mappings: Vec<Mapping> = Vec::new();
    let mut line = Vec::new();
    while smaps.read_until(b'\n', &mut line)? > 0 {
        if let Some(kilobytes) = line.strip_prefix(b"Rss:") {
            let kilobytes = std::str::from_utf8(kilobytes).ok().and_then(|text| text.split_whitespace().next());
            if let (Some(mapping), Some(Ok(kilobytes))) = (mappings.last_mut(), kilobytes.map(str::parse::<u64>)) {
                mapping.resident = kilobytes * 1024;
            }
        } else if line.first().is_some_and(|first| first.is_ascii_digit() || first.is_ascii_lowercase()) {
            mappings.extend(heading(&String::from_utf8_lossy(&line)));
        }
        line.clear();
    }
    Ok(mappings)
}

/// `start-end permissions offset device inode name`; other lines begin with a capital letter.
fn heading(line: &str) -> Option<Mapping> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let permissions = fields.next()?.as_bytes();
    let inode = fields.nth(2)?;
    let place = match fields.next() {
        Some("[heap]") => Place::ProgramBreak,
        Some("[stack]") => Place::MainStack,
        Some(name) if !name.starts_with("[anon") => Place::File,
        _ if inode != "0" => Place::File,
        _ => Place::Anonymous,
    };
    Some(Mapping {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        may_read: permissions.contains(&b'r'),
        may_execute: permissions.contains(&b'x'),
        is_shared: permissions.contains(&b's'),
        place,
        resident: 0,
    })
}
