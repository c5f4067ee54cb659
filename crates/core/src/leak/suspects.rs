//! Trails that grow → suspects: elements of one holder together, with the object that names them.

use crate::ids::NodeIx;
use crate::leak::growth::Growth;
use crate::leak::members::Members;
use crate::leak::naming::{Standing, standing};
use crate::leak::noise::{Noise, NoiseFilter, are_different_modules};
use crate::leak::trails::{OUTSIDE, Trails};
use crate::query::scripts::Scripts;
use crate::schema::NodeKind;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// An object names the elements when there is one for at least every fourth: a promise's two
/// functions and the promise are three elements of one payload.
const FEWEST_NAMED: i64 = 4;

/// A holder and what it collects.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    /// The trail of the holder.
    pub(crate) holder: u32,
    /// The trails of what it holds.
    pub(crate) elements: Vec<u32>,
    /// The trails of the objects that name the leak: more than one when they are held in several ways.
    pub(crate) named: Vec<u32>,
}

/// What a search of suspects looks at.
pub(crate) struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) scripts: &'a Scripts,
    pub(crate) trails: &'a Trails,
    pub(crate) noise: NoiseFilter<'a>,
}

impl Search<'_> {
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
        ignored.sort_by_key(|noise| noise.name);
        let mut of_holder: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
        for trail in (0..count as u32).filter(|&trail| grows[trail as usize]) {
            let top = self.top(trail, &grows);
            below.entry(top).or_default().push(trail);
            if top == trail {
                of_holder.entry(self.holder_of(trail)).or_default().push(trail);
            }
        }
        let mut suspects: Vec<Suspect> = of_holder
            .into_iter()
            .filter_map(|(holder, elements)| {
                let added = |trail| growth.added(trail).iter().sum::<i64>();
                self.suspect(holder, elements, &below, added)
            })
            .collect();
        suspects.sort_by_key(|suspect| suspect.holder);
        (suspects, ignored)
    }

    /// What holds the objects of a trail; its array or table of elements is a part of it.
    pub(crate) fn holder_of(&self, trail: u32) -> u32 {
        let holder = self.trails.get(trail).above;
        let of = self.trails.get(holder);
        let is_store = of.above != OUTSIDE && self.snapshot.kind(of.example) == NodeKind::Array;
        if is_store { of.above } else { holder }
    }

    /// The uppermost trail above this one that grows as well.
    fn top(&self, trail: u32, grows: &[bool]) -> u32 {
        let mut top = trail;
        let mut at = trail;
        while at != OUTSIDE {
            if grows[at as usize] {
                top = at;
            }
            at = self.trails.get(at).above;
        }
        top
    }

    /// Chooses what names the elements: the best standing, the nearest of those, the most numerous.
    pub(crate) fn suspect(
        &self,
        holder: u32,
        elements: Vec<u32>,
        below: &HashMap<u32, Vec<u32>>,
        added: impl Fn(u32) -> i64,
    ) -> Option<Suspect> {
        let most = elements.iter().map(|&trail| added(trail)).max()?;
        let candidates = elements
            .iter()
            .flat_map(|&element| below.get(&element).into_iter().flatten().map(move |&trail| (element, trail)));
        let (_, element, named) = candidates
            .filter(|&(_, trail)| added(trail) * FEWEST_NAMED >= most)
            .map(|(element, trail)| {
                let node = self.trails.get(trail).example;
                let standing = standing(self.snapshot, self.scripts, node);
                let depth = self.depth(trail, holder);
                ((standing, std::cmp::Reverse(depth), added(trail)), element, trail)
            })
            .max_by_key(|&(rank, _, trail)| (rank, std::cmp::Reverse(trail)))
            .filter(|&((standing, ..), ..)| standing > Standing::Value)?;
        let named = self.better_name(element, named, below).unwrap_or(named);
        let class = self.trails.get(named).class;
        let is_class = standing(self.snapshot, self.scripts, self.trails.get(named).example) > Standing::Function;
        let named = elements
            .iter()
            .flat_map(|element| below.get(element).into_iter().flatten().copied())
            .filter(|&trail| trail == named || is_class && self.trails.get(trail).class == class)
            .collect();
        Some(Suspect { holder, elements, named })
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

    fn depth(&self, trail: u32, holder: u32) -> u32 {
        let mut depth = 0;
        let mut at = trail;
        while at != holder && at != OUTSIDE {
            at = self.trails.get(at).above;
            depth += 1;
        }
        depth
    }

    /// Whether a suspect is the loading of modules.
    pub(crate) fn is_module_loading(&self, suspect: &Suspect, members: &Members) -> bool {
        let is_module = |node: NodeIx| matches!(self.snapshot.name(node), b"Module" | b"ModuleWrap" | b"ModuleJob");
        let trails: Vec<u32> =
            suspect.elements.iter().copied().filter(|&trail| is_module(self.trails.get(trail).example)).collect();
        let modules = members.with_any(&trails);
        !modules.is_empty() && are_different_modules(self.snapshot, &modules)
    }
}
