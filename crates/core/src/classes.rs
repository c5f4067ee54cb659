//! Classes: names, keys and totals.

use crate::columns::Location;
use crate::ids::{ClassIx, NodeIx};
use crate::strings::Text;

/// One class of DevTools' Summary with its totals over all nodes whose self size is not 0.
#[derive(Clone, Debug)]
pub struct ClassTotals {
    /// Name shown.
    pub name: Text,
    /// Where the constructor is, for classes of located objects.
    pub location: Option<Location>,
    /// Instances with a self size.
    pub count: u32,
    /// Least distance of one (so -5 when one is unreachable).
    pub distance: i32,
    /// Σ self sizes.
    pub self_size: u64,
    /// Bytes retained by all of them, nothing counted twice.
    pub retained_size: u64,
}

/// Every class, and the class of every node. Classes with count 0 have only nodes without a self size.
#[derive(Debug, Default)]
pub struct Classes {
    pub(crate) of_node: Vec<u32>,
    pub(crate) list: Vec<ClassTotals>,
    /// Property lists that name plain objects (`{a, b}`), in order of rank.
    pub(crate) interfaces: Vec<Interface>,
}

/// A shape of plain objects common enough to be a class of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// `{a, b}`.
    pub name: Text,
    /// Its property names, as they came (duplicates kept).
    pub properties: Vec<Text>,
}

impl Classes {
    /// The class of a node.
    #[inline(always)]
    pub fn of(&self, node: NodeIx) -> ClassIx {
        ClassIx(self.of_node[node.index()])
    }

    /// A class.
    pub fn get(&self, class: ClassIx) -> &ClassTotals {
        &self.list[class.index()]
    }

    /// All classes in order of first occurrence.
    pub fn all(&self) -> &[ClassTotals] {
        &self.list
    }

    /// DevTools' key of a class: `scriptId,line,column,name`, or `,name` without a location.
    pub fn key(&self, class: ClassIx) -> Text {
        let totals = self.get(class);
        Self::key_of(totals.location, &totals.name.0)
    }

    /// The key of a class with this location and name.
    pub(crate) fn key_of(location: Option<Location>, name: &[u8]) -> Text {
        let place = location.map_or(String::new(), |at| format!("{},{},{}", at.script_id, at.line, at.column));
        Text([place.as_bytes(), b",", name].concat())
    }

    /// The plain-object shapes that became classes.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        4 * self.of_node.capacity() + 128 * self.list.capacity()
    }
}
