//! Functions whose scopes are those of a component: what a component creates seldom refers to it.

use crate::program::components::{Component, Frameworks, react, vue};
use crate::snapshot::Snapshot;
use crate::snapshot::bits::NodeSet;
use crate::snapshot::columns::Location;
use crate::snapshot::derived::Table;
use crate::snapshot::error::Result;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::sort::sort_by_key;
use crate::snapshot::ticker::Ticker;

/// The components that something in the heap represents or defines, by the places of their functions.
#[derive(Debug, Default)]
pub(crate) struct ComponentFunctions {
    by_place: Vec<(Key, Component)>,
}

type Key = (i32, u32, u32);

impl ComponentFunctions {
    /// The table of a snapshot. The first call looks at all strings, and if one is the name of a framework's property
    /// at the references of all small objects.
    pub(crate) fn of<'a>(snapshot: &'a Snapshot, progress: &Progress) -> Result<&'a ComponentFunctions> {
        snapshot.derived.get_or_make(|| ComponentFunctions::new(snapshot, progress))
    }

    fn new(snapshot: &Snapshot, progress: &Progress) -> Result<ComponentFunctions> {
        let frameworks = Frameworks::of(snapshot);
        let mut by_place = Vec::new();
        if !frameworks.react && !frameworks.vue {
            return Ok(ComponentFunctions { by_place });
        }
        let mut add = |function: Option<NodeIx>, component: &Component| {
            let place = function.and_then(|function| snapshot.location(function));
            by_place.extend(place.map(|at| (key(at), component.clone())));
        };
        // A page has many fibers of few types.
        let mut seen = NodeSet::new(snapshot.nodes().len());
        let mut ticker = Ticker::new(progress);
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            if snapshot.kind(node) != NodeKind::Object {
                continue;
            }
            if frameworks.react && react::is_fiber(snapshot, node) {
                for of in react::types(snapshot, node).filter(|&of| seen.insert(of)) {
                    if let Some(component) = react::component_of_type(snapshot, of) {
                        add(component.function, &component);
                    }
                }
            } else if frameworks.vue
                && vue::is_definition(snapshot, node)
                && let Some(component) = vue::component_of_type(snapshot, node)
            {
                vue::functions(snapshot, node).for_each(|function| add(Some(function), &component));
            }
        }
        sort_by_key(&mut by_place, |&(place, _)| place);
        by_place.dedup_by_key(|&mut (place, _)| place);
        by_place.shrink_to_fit();
        Ok(ComponentFunctions { by_place })
    }

    /// The component whose function begins at a place.
    pub(crate) fn at(&self, place: Location) -> Option<&Component> {
        let at = self.by_place.binary_search_by_key(&key(place), |&(place, _)| place).ok()?;
        Some(&self.by_place[at].1)
    }
}

fn key(at: Location) -> Key {
    (at.script_id, at.line, at.column)
}

impl Table for ComponentFunctions {
    fn memory(&self) -> usize {
        let names: usize = self.by_place.iter().map(|(_, component)| component.name.0.capacity()).sum();
        self.by_place.capacity() * size_of::<(Key, Component)>() + names
    }
}
