//! Merges suspects that are parts of one structure.
//!
//! New objects in a list that is retained at both ends, in a tree, or in a trie of plain objects are retained by old
//! parts of the structure in many places, so that each part is a suspect with a little growth of its own.

use crate::leak::growth::Growth;
use crate::leak::name_quality::{NameQuality, name_quality};
use crate::leak::suspect::Suspect;
use crate::leak::suspects::{MIN_NAMED, Search};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::NodeKind;
use foldhash::{HashMap, HashMapExt};
use std::collections::BTreeMap;

/// Plain objects visited above a holder.
const MAX_DEPTH: usize = 64;

/// Merges suspects, which are sorted by holder.
pub(crate) fn merge(search: &Search<'_>, suspects: Vec<Suspect>, growth: &Growth) -> Vec<Suspect> {
    let structures = Structures { search, growth };
    structures.of_plain_objects(structures.of_links(suspects))
}

struct Structures<'a> {
    search: &'a Search<'a>,
    growth: &'a Growth,
}

impl Structures<'_> {
    /// Merges suspects with equal classes of elements and of the objects that name them, if their growth roots have one
    /// path shape or are elements themselves.
    fn of_links(&self, suspects: Vec<Suspect>) -> Vec<Suspect> {
        let groups = self.search.groups;
        let mut merged: Vec<Suspect> = Vec::new();
        let mut known: HashMap<(Option<u32>, u64, u64), usize> = HashMap::new();
        for suspect in suspects {
            let (element, named) = (suspect.elements[0], suspect.named[0]);
            let is_part = self.search.in_structure[element as usize];
            let key =
                ((!is_part).then_some(groups.get(element).start), groups.get(element).class, groups.get(named).class);
            let at = *known.entry(key).or_insert(merged.len());
            match merged.get_mut(at) {
                Some(whole) => {
                    if self.search.depths[suspect.holder as usize] < self.search.depths[whole.holder as usize] {
                        whole.holder = suspect.holder;
                    }
                    whole.absorb(suspect);
                }
                None => merged.push(suspect),
            }
        }
        merged
    }

    /// Merges plain objects nested in plain objects, as in a trie, into the part nearest to the root.
    fn of_plain_objects(&self, suspects: Vec<Suspect>) -> Vec<Suspect> {
        let is_part = |suspect: &&Suspect| self.is_plain(suspect.holder) && self.is_plain(suspect.elements[0]);
        let holder = |suspect: &Suspect| self.search.groups.get(suspect.holder).example;
        let holders: HashMap<NodeIx, u32> =
            suspects.iter().filter(is_part).map(|suspect| (holder(suspect), suspect.holder)).collect();
        let mut merged: Vec<Suspect> = Vec::new();
        let mut parts: BTreeMap<u32, Vec<Suspect>> = BTreeMap::new();
        for suspect in suspects {
            let above = self.plain_above(holder(&suspect)).filter_map(|node| holders.get(&node)).last();
            match above.filter(|_| is_part(&&suspect)) {
                Some(&top) => parts.entry(top).or_default().push(suspect),
                None => merged.push(suspect),
            }
        }
        for whole in merged.iter_mut().filter(|whole| is_part(&&**whole)) {
            if let Some(parts) = parts.remove(&whole.holder) {
                parts.into_iter().for_each(|part| whole.absorb(part));
                self.name(whole);
            }
        }
        merged.extend(parts.into_values().flatten());
        merged
    }

    fn is_plain(&self, group: u32) -> bool {
        self.is_plain_object(self.search.groups.get(group).example)
    }

    fn is_plain_object(&self, node: NodeIx) -> bool {
        let snapshot = self.search.snapshot;
        snapshot.kind(node) == NodeKind::Object && snapshot.name(node) == b"Object"
    }

    /// The plain objects from a node's parent up, the nearest first.
    fn plain_above(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> {
        let is_store = |node: NodeIx| self.search.snapshot.kind(node) == NodeKind::Array;
        let above = self.search.shortest.ancestors(node).take(MAX_DEPTH);
        above.take_while(move |&node| self.is_plain_object(node) || is_store(node))
    }

    /// Names a structure after the program's class that grew most below its elements, if there are enough objects of it.
    fn name(&self, whole: &mut Suspect) {
        let groups = self.search.groups;
        let is_below = groups.at_or_below(&whole.elements);
        let mut added: BTreeMap<u64, (i64, Vec<u32>)> = BTreeMap::new();
        for group in self.growth.groups().filter(|&group| is_below[group as usize]) {
            let quality = name_quality(self.search.snapshot, self.search.scripts, groups.get(group).example);
            if quality >= NameQuality::Library {
                let (sum, of_class) = added.entry(groups.get(group).class).or_default();
                *sum += self.growth.net(group);
                of_class.push(group);
            }
        }
        let elements: i64 = whole.elements.iter().map(|&group| self.growth.net(group)).sum();
        let most = added.into_values().max_by_key(|&(sum, _)| sum);
        if let Some((_, named)) = most.filter(|&(sum, _)| sum * MIN_NAMED >= elements) {
            whole.named = named;
        }
    }
}
