//! Groups that grow → suspects: the elements of one holder, with the class that names them.

use crate::leak::finding::Finding;
use crate::leak::groups::{Groups, OUTSIDE};
use crate::leak::growth::{Growth, Trend, is_only_recent};
use crate::leak::members::Members;
use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::noise::{Noise, NoiseFilter, are_different_modules, are_of_different_files, files_loaded};
use crate::leak::profile::Profile;
use crate::leak::series::Series;
use crate::leak::structures;
use crate::leak::suspect::{Suspect, elements_of};
use crate::paths::shortest_paths::ShortestPaths;
use crate::program::scripts::Scripts;
use crate::snapshot::Snapshot;
use crate::snapshot::display::{edge_label, parse_int};
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use foldhash::{HashMap, HashMapExt};
use std::cmp::Reverse;

/// A class names the elements if there is an object of it for at least every fourth one, also of the parts of a structure: a promise and its two
/// functions are three elements with one payload.
pub(crate) const MIN_NAMED: i64 = 4;
/// Suspects of one holder. A collection of more kinds is named after none of them.
const MAX_OF_HOLDER: usize = 32;

/// A group whose objects may name the elements of a holder.
struct Candidate {
    /// The element that it is, or is below.
    element: u32,
    group: u32,
    quality: NameQuality,
}

/// The data that the search for suspects reads.
pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) scripts: &'a Scripts,
    pub(crate) shortest: &'a ShortestPaths,
    pub(crate) groups: &'a Groups,
    pub(crate) noise: NoiseFilter<'a>,
    /// By group: steps from its growth root.
    pub(crate) depths: Vec<u32>,
    /// By group: whether it is part of a list or tree whose elements include growth roots.
    pub(crate) in_structure: Vec<bool>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        scripts: &'a Scripts,
        shortest: &'a ShortestPaths,
        groups: &'a Groups,
        is_growth: bool,
    ) -> Self {
        let noise = NoiseFilter::new(snapshot, shortest, scripts, groups, is_growth);
        let in_structure = groups.in_structures(snapshot);
        Self { snapshot, scripts, shortest, groups, noise, depths: groups.depths(), in_structure }
    }

    /// The suspects with growing numbers of objects, and the noise that was ignored.
    pub(crate) fn growing(&self, growth: &Growth) -> (Vec<Suspect>, Vec<&'static Noise>) {
        let count = self.groups.list.len();
        let mut grows = vec![false; count];
        let mut ignored: Vec<&'static Noise> = Vec::new();
        for group in 1..count as u32 {
            if !matches!(growth.trend(self.groups, group), Trend::Grows | Trend::Paused) {
                continue;
            }
            match self.noise.noise_of(group) {
                None => grows[group as usize] = true,
                Some(noise) if ignored.iter().all(|known| known.name != noise.name) => ignored.push(noise),
                Some(_) => {}
            }
        }
        sort_by_key(&mut ignored, |noise| noise.name);
        let tops = self.tops(&grows);
        let mut of_holder: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
        for group in (0..count as u32).filter(|&group| grows[group as usize]) {
            let top = tops[group as usize];
            below.entry(top).or_default().push(group);
            if top == group {
                of_holder.entry(self.holder_of(group)).or_default().push(group);
            }
        }
        let mut suspects: Vec<Suspect> = of_holder
            .into_iter()
            .flat_map(|(holder, elements)| self.suspects_of(holder, &elements, &below, |group| growth.net(group)))
            .collect();
        sort_by_key(&mut suspects, |suspect| (suspect.holder, suspect.named[0]));
        (structures::merge(self, suspects, growth), ignored)
    }

    /// Whether a node is an element of a suspect, or below or above one.
    pub(crate) fn is_with(&self, found: &[Suspect]) -> impl Fn(NodeIx) -> bool {
        let elements = elements_of(found);
        let (is_below, is_above) = (self.groups.at_or_below(&elements), self.groups.above(&elements));
        move |node| {
            let group = self.groups.of(node) as usize;
            is_below[group] || is_above[group]
        }
    }

    /// The group of the holder of a group; an array or table of elements is a part of the holder.
    pub(crate) fn holder_of(&self, group: u32) -> u32 {
        let holder = self.groups.get(group).parent;
        let of = self.groups.get(holder);
        let is_store = of.parent != OUTSIDE && self.snapshot.kind(of.example) == NodeKind::Array;
        if is_store { of.parent } else { holder }
    }

    /// By group: the uppermost growing one at or above it.
    fn tops(&self, grows: &[bool]) -> Vec<u32> {
        let mut tops = vec![OUTSIDE; grows.len()];
        // A group's number is larger than that of the one above it.
        for group in 1..grows.len() as u32 {
            tops[group as usize] = match tops[self.groups.get(group).parent as usize] {
                OUTSIDE if grows[group as usize] => group,
                top => top,
            };
        }
        tops
    }

    /// One suspect for each class that names some of the elements: a list of two kinds of objects is two leaks.
    pub(crate) fn suspects_of(
        &self,
        holder: u32,
        elements: &[u32],
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> Vec<Suspect> {
        let candidates = self.candidates(holder, elements, below, &added);
        let Some(best) = candidates.first().filter(|best| best.quality > NameQuality::Value) else { return Vec::new() };
        let named = self.better_name(best.element, best.group, below).unwrap_or(best.group);
        let mut suspects = vec![self.suspect(holder, elements, below, named)];
        let of_class = |element: u32, class: u64| -> i64 {
            let below = below.get(&element).into_iter().flatten();
            below.filter(|&&group| self.groups.get(group).class == class).map(|&group| added(group)).sum()
        };
        // Elements named by a class that is taken already are no further leak.
        let first = self.groups.get(named).class;
        let mut left: HashMap<u32, i64> =
            elements.iter().map(|&element| (element, added(element) - of_class(element, first))).collect();
        for other in candidates.iter().filter(|other| other.quality == best.quality && named == best.group) {
            let class = self.groups.get(other.group).class;
            let is_known = suspects.iter().any(|suspect| self.groups.get(suspect.named[0]).class == class);
            let own = of_class(other.element, class);
            if best.quality > NameQuality::Runtime
                && !is_known
                && !self.are_key_and_value(best.element, other.element)
                && own <= left[&other.element]
                && suspects.len() < MAX_OF_HOLDER
            {
                for (&element, left) in &mut left {
                    *left -= of_class(element, class);
                }
                suspects.push(self.suspect(holder, elements, below, other.group));
            }
        }
        suspects
    }

    /// Whether one is the keys and the other the values of a Map, whose table has three slots for each entry.
    fn are_key_and_value(&self, element: u32, other: u32) -> bool {
        let slot = |group: u32| -> Option<(NodeIx, i64)> {
            let (table, edge) = self.shortest.parent_edge(self.snapshot, self.groups.get(group).example)?;
            let (map, _) = self.shortest.parent_edge(self.snapshot, table)?;
            let number = parse_int(&edge_label(self.snapshot, edge).text().0)?;
            (self.snapshot.name(map) == b"Map").then_some((table, number))
        };
        match (slot(element), slot(other)) {
            (Some((table, number)), Some((same, other))) => table == same && (number - other) % 3 != 0,
            _ => false,
        }
    }

    /// The groups that may name the elements: the best quality first, then the nearest, then the most numerous.
    fn candidates(
        &self,
        holder: u32,
        elements: &[u32],
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> Vec<Candidate> {
        let most = elements.iter().map(|&group| added(group)).max().unwrap_or(0);
        let all = elements
            .iter()
            .flat_map(|&element| below.get(&element).into_iter().flatten().map(move |&group| (element, group)));
        let mut candidates: Vec<Candidate> = all
            .filter(|&(_, group)| added(group) * MIN_NAMED >= most)
            .map(|(element, group)| Candidate {
                element,
                group,
                quality: name_quality(self.snapshot, self.scripts, self.groups.get(group).example),
            })
            .collect();
        sort_by_key(&mut candidates, |&Candidate { quality, group, .. }| {
            (Reverse(quality), self.depths[group as usize] - self.depths[holder as usize], Reverse(added(group)), group)
        });
        candidates
    }

    /// The suspect named after the class of a group; a function is named after itself.
    fn suspect(&self, holder: u32, elements: &[u32], below: &HashMap<u32, Vec<u32>>, named: u32) -> Suspect {
        let class = self.groups.get(named).class;
        let is_class =
            name_quality(self.snapshot, self.scripts, self.groups.get(named).example) > NameQuality::Function;
        let named = elements
            .iter()
            .flat_map(|element| below.get(element).into_iter().flatten().copied())
            .filter(|&group| group == named || is_class && self.groups.get(group).class == class)
            .collect();
        Suspect { holder, elements: elements.to_vec(), named, growing: None }
    }

    /// Names better than any class: the store of AsyncLocalStorage that an element keeps, its vm context, the object whose
    /// function keeps the previous one.
    fn better_name(&self, element: u32, named: u32, below: &HashMap<u32, Vec<u32>>) -> Option<u32> {
        let below = below.get(&element)?;
        let example = |group: u32| self.groups.get(group).example;
        let find = |is_it: &dyn Fn(u32) -> bool| below.iter().copied().find(|&group| is_it(group));
        let store = find(&|group| {
            self.groups.get(group).parent == element && self.is_async_store(example(group), example(element))
        });
        let context = || find(&|group| self.snapshot.name(example(group)).starts_with(b"system / NativeContext"));
        let owner = || {
            let is_chain = self.snapshot.kind(example(named)) == NodeKind::Closure && self.groups.get(named).repeats;
            find(&|group| is_chain && group > named && self.snapshot.name(example(group)) == b"Object")
        };
        store.or_else(context).or_else(owner)
    }

    fn is_async_store(&self, store: NodeIx, resource: NodeIx) -> bool {
        self.snapshot.kind(store) == NodeKind::Object
            && self.snapshot.edges_of(resource).any(|edge| {
                matches!(
                    crate::snapshot::display::edge_label(self.snapshot, edge),
                    crate::snapshot::display::EdgeLabel::Name(b"<symbol kResourceStore>")
                ) && self.groups.of(edge.to) == self.groups.of(store)
            })
    }

    /// Whether a suspect is code being loaded: modules or functions of different files.
    pub(crate) fn is_loading(&self, suspect: &Suspect, members: &Members) -> bool {
        let is_module = |node: NodeIx| matches!(self.snapshot.name(node), b"Module" | b"ModuleWrap" | b"ModuleJob");
        let is_function = |node: NodeIx| self.snapshot.kind(node) == NodeKind::Closure;
        let elements = |is_it: &dyn Fn(NodeIx) -> bool| {
            let groups = suspect.elements.iter().copied().filter(|&group| is_it(self.groups.get(group).example));
            members.with_any(&groups.collect::<Vec<u32>>())
        };
        let modules = elements(&is_module);
        !modules.is_empty() && are_different_modules(self.snapshot, &modules)
            || are_of_different_files(self.snapshot, self.scripts, &elements(&is_function))
    }

    /// Removes the runtime's records of loaded code: at most two new objects in each interval for each file that was
    /// loaded. Files are counted only if a finding may be such a record.
    pub(crate) fn remove_notes_of_loading(
        &self,
        findings: &mut Vec<Finding>,
        series: &Series<'_>,
        progress: &Progress,
    ) -> Result<()> {
        let may_be_note = |finding: &Finding| {
            finding.suspect.growing.is_none()
                && name_quality(self.snapshot, self.scripts, finding.example) <= NameQuality::Function
                && self.noise.is_held_by_runtime(finding.holder.node)
        };
        if findings.iter().any(may_be_note) {
            let loaded = files_loaded(series, progress)?;
            let is_note =
                |finding: &Finding| finding.added_count.iter().zip(&loaded).all(|(&added, &files)| added <= 2 * files);
            findings.retain(|finding| !(may_be_note(finding) && is_note(finding)));
        }
        Ok(())
    }

    /// Whether a finding is work under way: objects that only timers, connections in use and promises retain, unless they
    /// are known to stay. The promises that wait for a test retain its variables, so in test rounds these are no work
    /// under way.
    pub(crate) fn is_in_flight(&self, finding: &Finding, profile: Profile, members: &Members) -> bool {
        let quality = |node| name_quality(self.snapshot, self.scripts, node);
        let example = quality(finding.example);
        let is_of_connection = || {
            finding.steps.iter().any(|step| quality(step.node) == NameQuality::Connection)
                && !finding.steps.iter().any(|step| self.is_timer_of_program(step.node))
                || self.is_for_connection(finding.example)
        };
        let is_of_runtime = || {
            let has_function = || {
                let is_function = |node| self.snapshot.kind(node) == NodeKind::Closure;
                self.nearest(finding.example, is_function).is_some()
            };
            example == NameQuality::Bookkeeping && has_function() && !self.is_timer_of_program(finding.example)
                || example <= NameQuality::Connection && is_of_connection()
        };
        // All of its growth was in the last interval, or most earlier objects are gone.
        let is_new = is_only_recent(&finding.added_count)
            && finding.added_count.last().is_some_and(|&added| added >= finding.count as i64);
        let is_gone = is_new || finding.survival.is_some_and(|(had, kept)| kept * 2 < had);
        let is_unproven = || !finding.is_proven && example <= NameQuality::Runtime;
        let is_for_requests = || {
            finding.suspect.growing.is_none() && self.are_for_open_requests(&members.with_any(&finding.suspect.named))
        };
        let is_under_way = finding.is_under_way;
        profile == Profile::Program
            && (is_under_way && (is_gone || is_unproven() || is_for_requests())
                || (is_under_way || example == NameQuality::Bookkeeping) && is_of_runtime())
    }

    /// Whether an object of Node's calls a function of the program.
    fn is_timer_of_program(&self, node: NodeIx) -> bool {
        name_quality(self.snapshot, self.scripts, node) == NameQuality::Bookkeeping
            && self.nearest(node, |node| self.noise.is_programs(node)).is_some()
    }

    /// Whether Node created an object for a connection, such as a timer whose function is bound to a socket.
    fn is_for_connection(&self, node: NodeIx) -> bool {
        let is_connection = |node: NodeIx| name_quality(self.snapshot, self.scripts, node) == NameQuality::Connection;
        self.nearest(node, |node| is_connection(node) || self.noise.is_programs(node)).is_some_and(is_connection)
    }

    /// Whether a suspect is the pieces of strings: a concatenated string has two until it is read. A string that is
    /// appended to is a chain of them, and no such suspect.
    pub(crate) fn is_flattening(&self, suspect: &Suspect) -> bool {
        let holder = self.groups.get(suspect.holder).example;
        suspect.growing.is_none()
            && self.snapshot.kind(holder) == NodeKind::ConcatenatedString
            && !suspect.elements.iter().any(|&group| self.groups.get(group).repeats)
    }

    /// Whether a suspect of two snapshots is code of the runtime that was first used between them: its functions and
    /// names, of which there were none before, without anything of the program below.
    pub(crate) fn is_runtime_loading(&self, suspect: &Suspect, growth: &Growth) -> bool {
        let example = |group: u32| self.groups.get(group).example;
        let is_first = |&group: &u32| growth.counts(group)[0] == 0;
        let is_code = |&group: &u32| {
            name_quality(self.snapshot, self.scripts, example(group)) <= NameQuality::Function
                && self.noise.is_held_by_runtime(example(group))
        };
        let is_own = |group: u32| match self.snapshot.kind(example(group)) {
            NodeKind::Closure => {
                self.snapshot.location(example(group)).is_some() && !self.noise.is_held_by_runtime(example(group))
            }
            _ => name_quality(self.snapshot, self.scripts, example(group)) > NameQuality::Runtime,
        };
        suspect.growing.is_none()
            && suspect.named.iter().chain(&suspect.elements).all(|group| is_first(group) && is_code(group))
            && !self.groups.at_or_below(&suspect.elements).iter().zip(0..).any(|(&below, group)| below && is_own(group))
    }
}
