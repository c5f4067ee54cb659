//! Trails that grow → suspects: elements of one holder together, with the object that names them.

use crate::display::{edge_label, parse_int};
use crate::ids::NodeIx;
use crate::leak::growth::Growth;
use crate::leak::members::Members;
use crate::leak::naming::{Standing, standing};
use crate::leak::noise::{Noise, NoiseFilter, are_different_modules};
use crate::leak::suspect::Suspect;
use crate::leak::trails::{OUTSIDE, Trails};
use crate::query::scripts::Scripts;
use crate::routes::Routes;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use crate::sort::sort_by_key;
use std::cmp::Reverse;
use std::collections::HashMap;

/// An object names the elements when there is one for at least every fourth: a promise's two
/// functions and the promise are three elements of one payload.
const FEWEST_NAMED: i64 = 4;
/// Suspects of one holder: a collection of more kinds than that is a leak of anything.
const MOST_OF_HOLDER: usize = 32;

/// A trail whose objects may name the elements of a holder.
struct Candidate {
    /// The element it is at or below.
    element: u32,
    trail: u32,
    standing: Standing,
}

/// What a search of suspects looks at.
pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) scripts: &'a Scripts,
    pub(crate) routes: &'a Routes,
    pub(crate) trails: &'a Trails,
    pub(crate) noise: NoiseFilter<'a>,
    /// By trail: steps from its container.
    depths: Vec<u32>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, scripts: &'a Scripts, routes: &'a Routes, trails: &'a Trails) -> Self {
        let noise = NoiseFilter::new(snapshot, routes, scripts, trails);
        Self { snapshot, scripts, routes, trails, noise, depths: trails.depths() }
    }

    /// One suspect for each holder below which something grows, unless it is noise.
    /// The noise that was left out is in the second list.
    pub(crate) fn growing(&self, growth: &Growth, ids_are_shared: bool) -> (Vec<Suspect>, Vec<&'static Noise>) {
        let count = self.trails.list.len();
        let mut grows = vec![false; count];
        let mut ignored: Vec<&'static Noise> = Vec::new();
        for trail in 1..count as u32 {
            if !growth.grows(self.trails, trail, ids_are_shared) {
                continue;
            }
            match self.noise.noise_of(trail) {
                None => grows[trail as usize] = true,
                Some(noise) if ignored.iter().all(|known| known.name != noise.name) => ignored.push(noise),
                Some(_) => {}
            }
        }
        sort_by_key(&mut ignored, |noise| noise.name);
        let tops = self.tops(&grows);
        let mut of_holder: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
        for trail in (0..count as u32).filter(|&trail| grows[trail as usize]) {
            let top = tops[trail as usize];
            below.entry(top).or_default().push(trail);
            if top == trail {
                of_holder.entry(self.holder_of(trail)).or_default().push(trail);
            }
        }
        let mut suspects: Vec<Suspect> = of_holder
            .into_iter()
            .flat_map(|(holder, elements)| {
                let added = |trail| growth.added(trail).iter().sum::<i64>();
                self.suspects_of(holder, &elements, &below, added)
            })
            .collect();
        sort_by_key(&mut suspects, |suspect| (suspect.holder, suspect.named[0]));
        (suspects, ignored)
    }

    /// What holds the objects of a trail; its array or table of elements is a part of it.
    pub(crate) fn holder_of(&self, trail: u32) -> u32 {
        let holder = self.trails.get(trail).above;
        let of = self.trails.get(holder);
        let is_store = of.above != OUTSIDE && self.snapshot.kind(of.example) == NodeKind::Array;
        if is_store { of.above } else { holder }
    }

    /// By trail: the uppermost one at or above it that grows.
    fn tops(&self, grows: &[bool]) -> Vec<u32> {
        let mut tops = vec![OUTSIDE; grows.len()];
        // A trail's number is larger than that of the one above it.
        for trail in 1..grows.len() as u32 {
            tops[trail as usize] = match tops[self.trails.get(trail).above as usize] {
                OUTSIDE if grows[trail as usize] => trail,
                top => top,
            };
        }
        tops
    }

    /// One suspect for each class that names some of the elements: what a list of two kinds of things
    /// holds are two leaks.
    pub(crate) fn suspects_of(
        &self,
        holder: u32,
        elements: &[u32],
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> Vec<Suspect> {
        let candidates = self.candidates(holder, elements, below, &added);
        let Some(best) = candidates.first().filter(|best| best.standing > Standing::Value) else { return Vec::new() };
        let named = self.better_name(best.element, best.trail, below).unwrap_or(best.trail);
        let mut suspects = vec![self.suspect(holder, elements, below, named)];
        // Elements that the classes so far do not name: what leaks with them is no other leak.
        let added_to = |trails: &[u32]| trails.iter().map(|&trail| added(trail)).sum::<i64>();
        let mut left = added_to(elements) - added_to(&suspects[0].named);
        let of_class = self.sums_of_classes(elements, below, &added);
        for other in candidates.iter().filter(|other| other.standing == best.standing && named == best.trail) {
            let class = self.trails.get(other.trail).class;
            let is_known = suspects.iter().any(|suspect| self.trails.get(suspect.named[0]).class == class);
            if best.standing > Standing::Runtime
                && !is_known
                && !self.are_key_and_value(best.element, other.element)
                && of_class[&class] <= left
                && suspects.len() < MOST_OF_HOLDER
            {
                left -= of_class[&class];
                suspects.push(self.suspect(holder, elements, below, other.trail));
            }
        }
        suspects
    }

    /// By class: objects added at or below the elements.
    fn sums_of_classes(
        &self,
        elements: &[u32],
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> HashMap<u64, i64> {
        let mut sums = HashMap::new();
        for &trail in elements.iter().flat_map(|element| below.get(element).into_iter().flatten()) {
            *sums.entry(self.trails.get(trail).class).or_default() += added(trail);
        }
        sums
    }

    /// Whether one is the keys and the other the values of a Map, whose table has three slots for an entry.
    fn are_key_and_value(&self, element: u32, other: u32) -> bool {
        let slot = |trail: u32| -> Option<(NodeIx, i64)> {
            let (table, edge) = self.routes.arrival(self.snapshot, self.trails.get(trail).example)?;
            let (map, _) = self.routes.arrival(self.snapshot, table)?;
            let number = parse_int(&edge_label(self.snapshot, edge).text().0)?;
            (self.snapshot.name(map) == b"Map").then_some((table, number))
        };
        match (slot(element), slot(other)) {
            (Some((table, number)), Some((same, other))) => table == same && (number - other) % 3 != 0,
            _ => false,
        }
    }

    /// What may name the elements, the best first: the best standing, the nearest of those, the most numerous.
    fn candidates(
        &self,
        holder: u32,
        elements: &[u32],
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> Vec<Candidate> {
        let most = elements.iter().map(|&trail| added(trail)).max().unwrap_or(0);
        let all = elements
            .iter()
            .flat_map(|&element| below.get(&element).into_iter().flatten().map(move |&trail| (element, trail)));
        let mut candidates: Vec<Candidate> = all
            .filter(|&(_, trail)| added(trail) * FEWEST_NAMED >= most)
            .map(|(element, trail)| Candidate {
                element,
                trail,
                standing: standing(self.snapshot, self.scripts, self.trails.get(trail).example),
            })
            .collect();
        sort_by_key(&mut candidates, |&Candidate { standing, trail, .. }| {
            (
                Reverse(standing),
                self.depths[trail as usize] - self.depths[holder as usize],
                Reverse(added(trail)),
                trail,
            )
        });
        candidates
    }

    /// The suspect whose elements are named by the class of a trail; a function is named by itself.
    fn suspect(&self, holder: u32, elements: &[u32], below: &HashMap<u32, Vec<u32>>, named: u32) -> Suspect {
        let class = self.trails.get(named).class;
        let is_class = standing(self.snapshot, self.scripts, self.trails.get(named).example) > Standing::Function;
        let named = elements
            .iter()
            .flat_map(|element| below.get(element).into_iter().flatten().copied())
            .filter(|&trail| trail == named || is_class && self.trails.get(trail).class == class)
            .collect();
        Suspect { holder, elements: elements.to_vec(), named, swelling: None }
    }

    /// Names that are better than the best standing: what AsyncLocalStorage keeps for an element, the
    /// context of vm that it is of, the object whose function keeps the one before.
    fn better_name(&self, element: u32, named: u32, below: &HashMap<u32, Vec<u32>>) -> Option<u32> {
        let below = below.get(&element)?;
        let example = |trail: u32| self.trails.get(trail).example;
        let find = |is_it: &dyn Fn(u32) -> bool| below.iter().copied().find(|&trail| is_it(trail));
        let store = find(&|trail| {
            self.trails.get(trail).above == element && self.is_async_store(example(trail), example(element))
        });
        let context = || find(&|trail| self.snapshot.name(example(trail)).starts_with(b"system / NativeContext"));
        let owner = || {
            let is_chain = self.snapshot.kind(example(named)) == NodeKind::Closure && self.trails.get(named).repeats;
            find(&|trail| is_chain && trail > named && self.snapshot.name(example(trail)) == b"Object")
        };
        store.or_else(context).or_else(owner)
    }

    fn is_async_store(&self, store: NodeIx, resource: NodeIx) -> bool {
        self.snapshot.kind(store) == NodeKind::Object
            && self.snapshot.edges_of(resource).any(|edge| {
                matches!(
                    crate::display::edge_label(self.snapshot, edge),
                    crate::display::EdgeLabel::Name(b"<symbol kResourceStore>")
                ) && self.trails.of(edge.to) == self.trails.of(store)
            })
    }

    /// Whether a suspect is the loading of modules.
    pub(crate) fn is_module_loading(&self, suspect: &Suspect, members: &Members) -> bool {
        let is_module = |node: NodeIx| matches!(self.snapshot.name(node), b"Module" | b"ModuleWrap" | b"ModuleJob");
        let trails: Vec<u32> =
            suspect.elements.iter().copied().filter(|&trail| is_module(self.trails.get(trail).example)).collect();
        let modules = members.with_any(&trails);
        !modules.is_empty() && are_different_modules(self.snapshot, &modules)
    }

    /// Whether a suspect is the pieces of texts: a text has two when it is put together and one once it was read.
    /// A text that is added to is a chain of them.
    pub(crate) fn is_flattening(&self, suspect: &Suspect) -> bool {
        let holder = self.trails.get(suspect.holder).example;
        suspect.swelling.is_none()
            && self.snapshot.kind(holder) == NodeKind::ConcatenatedString
            && !suspect.elements.iter().any(|&trail| self.trails.get(trail).repeats)
    }

    /// Whether a suspect of two snapshots is code of the runtime's that was used for the first time between
    /// them: its functions and names where there were none before, and nothing of the program's below.
    pub(crate) fn is_runtime_loading(&self, suspect: &Suspect, growth: &Growth) -> bool {
        let example = |trail: u32| self.trails.get(trail).example;
        let is_first = |&trail: &u32| growth.counts(trail)[0] == 0;
        let is_code = |&trail: &u32| {
            standing(self.snapshot, self.scripts, example(trail)) <= Standing::Function
                && self.noise.is_held_by_runtime(example(trail))
        };
        let is_own = |trail: u32| match self.snapshot.kind(example(trail)) {
            NodeKind::Closure => {
                self.snapshot.location(example(trail)).is_some() && !self.noise.is_held_by_runtime(example(trail))
            }
            _ => standing(self.snapshot, self.scripts, example(trail)) > Standing::Runtime,
        };
        suspect.swelling.is_none()
            && suspect.named.iter().chain(&suspect.elements).all(|trail| is_first(trail) && is_code(trail))
            && !self.trails.at_or_below(&suspect.elements).iter().zip(0..).any(|(&below, trail)| below && is_own(trail))
    }
}
