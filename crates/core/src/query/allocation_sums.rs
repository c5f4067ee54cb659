//! Allocations of one recording, or of two as a difference, by function and by stack.

use crate::query::allocations::positions;
use crate::snapshot::Snapshot;
use crate::snapshot::error::Result;
use crate::snapshot::progress::Progress;
use crate::snapshot::ticker::Ticker;
use crate::snapshot::trace::Function;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;

/// Of the node of the trace tree without a caller.
const NO_CALLER: u32 = u32::MAX;

/// Objects and bytes allocated while tracking, and those of them that are alive. A difference has signs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sums {
    pub(crate) count: i64,
    pub(crate) size: i64,
    pub(crate) live_count: i64,
    pub(crate) live_size: i64,
}

impl Sums {
    /// Adds the other `sign` times.
    pub(crate) fn add(&mut self, other: Sums, sign: i64) {
        let add = |sum: &mut i64, value: i64| *sum = sum.wrapping_add(sign.wrapping_mul(value));
        add(&mut self.count, other.count);
        add(&mut self.size, other.size);
        add(&mut self.live_count, other.live_count);
        add(&mut self.live_size, other.live_size);
    }
}

/// The sums of a function or stack.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Entry {
    /// What was allocated there.
    pub(crate) own: Sums,
    /// The same, and what was allocated in calls from there.
    pub(crate) total: Sums,
}

impl Entry {
    fn add(&mut self, other: &Entry, sign: i64) {
        self.own.add(other.own, sign);
        self.total.add(other.total, sign);
    }
}

/// Where a function or stack is found: the snapshot that has it, and its number there.
pub(crate) type Place<'a> = (&'a Snapshot, usize);

/// Entries with their places, in the order of the recording.
pub(crate) type Entries<'a> = Vec<(Place<'a>, Entry)>;

/// By function. Equal functions of two recordings are one.
pub(crate) fn by_function<'a>(recordings: &[&'a Snapshot], progress: &Progress) -> Result<Entries<'a>> {
    let mut known = Functions::new(recordings.len() > 1);
    let mut entries = Entries::new();
    for (&snapshot, sign) in recordings.iter().rev().zip([1, -1]) {
        let numbers = known.numbers(snapshot);
        let mut of_function = vec![Entry::default(); known.places.len()];
        let stacks = of_stacks(snapshot, progress)?;
        let is_outermost = outermost(snapshot, &numbers);
        for (at, trace) in snapshot.allocations().tree.iter().enumerate() {
            let Some(&number) = numbers.get(trace.function as usize) else { continue };
            let entry = &mut of_function[number as usize];
            entry.own.add(stacks[at].own, 1);
            if is_outermost[at] {
                entry.total.add(stacks[at].total, 1);
            }
        }
        entries.extend(known.places[entries.len()..].iter().map(|&place| (place, Entry::default())));
        entries.iter_mut().zip(&of_function).for_each(|((_, sum), entry)| sum.add(entry, sign));
    }
    Ok(entries)
}

/// By stack, which is a node of the trace tree. Equal stacks of two recordings are one.
pub(crate) fn by_stack<'a>(recordings: &[&'a Snapshot], progress: &Progress) -> Result<Entries<'a>> {
    let mut functions = Functions::new(recordings.len() > 1);
    let mut known: HashMap<(u32, u32), u32> = HashMap::new();
    let mut entries = Entries::new();
    for (&snapshot, sign) in recordings.iter().rev().zip([1, -1]) {
        let numbers = functions.numbers(snapshot);
        let stacks = of_stacks(snapshot, progress)?;
        let mut number_of: Vec<u32> = Vec::with_capacity(stacks.len());
        for (at, (trace, entry)) in snapshot.allocations().tree.iter().zip(&stacks).enumerate() {
            let caller = number_of.get(trace.parent as usize).copied().unwrap_or(NO_CALLER);
            let function = numbers.get(trace.function as usize).copied().unwrap_or(u32::MAX);
            let next = entries.len() as u32;
            let number = if recordings.len() > 1 { *known.entry((caller, function)).or_insert(next) } else { next };
            if number == next {
                entries.push(((snapshot, at), Entry::default()));
            }
            entries[number as usize].1.add(entry, sign);
            number_of.push(number);
        }
    }
    Ok(entries)
}

/// What was allocated in all.
pub(crate) fn in_all(entries: &Entries<'_>) -> Sums {
    let mut all = Sums::default();
    entries.iter().for_each(|(_, entry)| all.add(entry.own, 1));
    all
}

/// Name, script, line and column of a function; ids of scripts differ between processes.
type Key<'a> = (&'a [u8], &'a [u8], i64, i64);

/// Numbers functions, in a difference equal ones of both recordings alike.
struct Functions<'a> {
    places: Vec<Place<'a>>,
    /// Only for a difference.
    known: Option<HashMap<Key<'a>, u32>>,
}

impl<'a> Functions<'a> {
    fn new(of_several: bool) -> Self {
        Self { places: Vec::new(), known: of_several.then(HashMap::new) }
    }

    /// By function of the snapshot.
    fn numbers(&mut self, snapshot: &'a Snapshot) -> Vec<u32> {
        let functions = snapshot.allocations().functions.iter().enumerate();
        functions.map(|(at, function)| self.number((snapshot, at), function)).collect()
    }

    fn number(&mut self, place: Place<'a>, function: &Function) -> u32 {
        let next = self.places.len() as u32;
        let text = |string| place.0.strings().get(string);
        let key = (text(function.name), text(function.script_name), function.line, function.column);
        let number = self.known.as_mut().map_or(next, |known| *known.entry(key).or_insert(next));
        if number == next {
            self.places.push(place);
        }
        number
    }
}

/// By node of the trace tree: whether none of its callers is the same function.
fn outermost(snapshot: &Snapshot, numbers: &[u32]) -> Vec<bool> {
    let tree = &snapshot.allocations().tree;
    let number = |at: usize| numbers.get(tree[at].function as usize).copied();
    let most = numbers.iter().copied().max().map_or(0, |most| most as usize + 1);
    let mut calls = vec![0u32; most];
    let mut callers: Vec<usize> = Vec::new();
    let mut is_outermost = Vec::with_capacity(tree.len());
    for (at, trace) in tree.iter().enumerate() {
        while let Some(&last) = callers.last().filter(|&&last| last as u32 != trace.parent) {
            callers.pop();
            number(last).into_iter().for_each(|number| calls[number as usize] -= 1);
        }
        let number = number(at);
        is_outermost.push(number.is_some_and(|number| calls[number as usize] == 0));
        number.into_iter().for_each(|number| calls[number as usize] += 1);
        callers.push(at);
    }
    is_outermost
}

/// By node of the trace tree. As in DevTools, nodes at which nothing was allocated have no live objects.
fn of_stacks(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<Entry>> {
    let tree = &snapshot.allocations().tree;
    if tree.is_empty() {
        return Ok(Vec::new());
    }
    let position = positions(snapshot);
    let mut own: Vec<Sums> = Vec::with_capacity(tree.len());
    own.extend(tree.iter().map(|trace| Sums { count: trace.count as i64, size: trace.size as i64, ..Sums::default() }));
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        let trace = snapshot.nodes().trace_id(node);
        if trace != 0
            && let Some(&at) = position.get(&trace)
            && own[at].count > 0
        {
            let size = snapshot.nodes().self_size(node) as i64;
            own[at].add(Sums { live_count: 1, live_size: size, ..Sums::default() }, 1);
        }
    }
    let mut entries: Vec<Entry> = own.into_iter().map(|own| Entry { own, total: own }).collect();
    // In preorder every caller comes before its callees.
    for at in (1..entries.len()).rev() {
        let (caller, total) = (tree[at].parent as usize, entries[at].total);
        if caller < at {
            entries[caller].total.add(total, 1);
        }
    }
    Ok(entries)
}
