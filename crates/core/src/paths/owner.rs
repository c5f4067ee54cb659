//! A path → who has what it ends in: the module or function whose variable it is, the class whose field.

use crate::paths::start::{Starts, Viewpoint};
use crate::paths::step::PathStep;
use crate::program::exports::{file_of_exports, scope_of};
use crate::program::internals::is_internal;
use crate::program::ownership::is_runtime_script;
use crate::program::scopes::{ScopeKind, ScopeOwner, Scopes};
use crate::program::scripts::Scripts;
use crate::program::variables::variable;
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Location;
use crate::snapshot::display::{EdgeLabel, edge_label};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::schema::{EdgeKind, NodeKind};
use crate::snapshot::strings::Text;
use serde::Serialize;

/// What kind of code has a variable or field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OwnerKind {
    /// A module or script, outside of its functions.
    Module,
    /// A function, or a block in one.
    Function,
    /// A block of a script, or a function without a name in it, of which nothing else is known.
    Block,
    /// A class, of which an instance has the field.
    Class,
    /// The global object.
    Global,
}

/// A place in a script, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    At(Location),
    /// Somewhere in the script of this place.
    Within(Location),
}

/// Who has a variable or field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Owner {
    pub(crate) kind: OwnerKind,
    /// The file of the module or block, the name of the function or class; empty for functions without a name.
    pub(crate) name: Text,
    pub(crate) place: Option<Place>,
}

/// Finds the owners on paths.
#[derive(Clone, Copy)]
pub(crate) struct Owners<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) scripts: &'a Scripts,
    pub(crate) scopes: &'a Scopes,
}

impl Owners<'_> {
    /// Who has what the path ends in: the nearest above it that a developer has written.
    pub(crate) fn of(&self, steps: &[PathStep]) -> Option<Owner> {
        (0..steps.len()).rev().find_map(|at| self.of_step(steps, at))
    }

    /// The place of the variable that an edge from a scope leads through.
    pub(crate) fn place_of_variable(&self, steps: &[PathStep], at: usize) -> Option<Place> {
        self.owner_of_variable(steps, at)?.place
    }

    fn of_step(&self, steps: &[PathStep], at: usize) -> Option<Owner> {
        let Some(above) = at.checked_sub(1).map(|above| steps[above].node) else {
            return self.is_global(steps[at].node).then(global);
        };
        if let Some(owner) = self.owner_of_variable(steps, at) {
            return Some(owner);
        }
        if let Some(file) = self.starts().file_of_module(above).or_else(|| file_of_exports(self.snapshot, above)) {
            return Some(Owner { kind: OwnerKind::Module, name: Text::of(file), place: None });
        }
        if self.is_global(above) {
            return Some(global());
        }
        self.owner_of_field(above, steps[at])
    }

    fn starts(&self) -> Starts<'_> {
        Starts { snapshot: self.snapshot, viewpoint: Viewpoint::Program }
    }

    fn is_global(&self, node: NodeIx) -> bool {
        self.starts().is_global(node) && !is_internal(self.snapshot, node)
    }

    fn owner_of_variable(&self, steps: &[PathStep], at: usize) -> Option<Owner> {
        let scope = steps[at.checked_sub(1)?].node;
        variable(self.snapshot, scope, steps[at].edge?)?;
        self.of_scope(scope)
    }

    /// Who has the variables of a scope.
    pub(crate) fn of_scope(&self, scope: NodeIx) -> Option<Owner> {
        let ScopeOwner { name, begins, within, kind } =
            self.scopes.owner(self.snapshot, scope_of(self.snapshot, scope))?;
        let of_file = |kind| {
            let file = self.scripts.name(within).unwrap_or_default();
            Owner { kind, name: Text::of(file), place: Some(Place::Within(within)) }
        };
        Some(match kind {
            ScopeKind::Module => of_file(OwnerKind::Module),
            ScopeKind::Block => of_file(OwnerKind::Block),
            ScopeKind::Function => {
                let place = begins.map_or(Place::Within(within), Place::At);
                Owner { kind: OwnerKind::Function, name: Text::of(name), place: Some(place) }
            }
        })
    }

    /// The class or function of the program whose object has the field.
    fn owner_of_field(&self, object: NodeIx, step: PathStep) -> Option<Owner> {
        let edge = step.edge.filter(|edge| edge.kind == EdgeKind::Property)?;
        if !matches!(edge_label(self.snapshot, edge), EdgeLabel::Name(_)) {
            return None;
        }
        let location = self.snapshot.location(object)?;
        if self.scripts.name(location).is_some_and(|name| is_runtime_script(name, false)) {
            return None;
        }
        let kind = match self.snapshot.kind(object) {
            NodeKind::Closure => OwnerKind::Function,
            NodeKind::Object => OwnerKind::Class,
            _ => return None,
        };
        Some(Owner { kind, name: Text::of(self.snapshot.name(object)), place: Some(Place::At(location)) })
    }
}

fn global() -> Owner {
    Owner { kind: OwnerKind::Global, name: Text::default(), place: None }
}
