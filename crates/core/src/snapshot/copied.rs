//! Snapshot → plain columns in node order, for callers that compute over all nodes themselves.

use crate::snapshot::Snapshot;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::NodeIx;
use crate::snapshot::progress::{Phase, Progress};

/// A column that can be copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// V8's id, `u32`.
    Id,
    /// Index into the file's list of node types, `u8`.
    Type,
    /// Self size after attribution, `f64`.
    SelfSize,
    /// Retained size, `f64`.
    RetainedSize,
    /// Distance, `i32`.
    Distance,
    /// Position of the immediate dominator, `u32`.
    Dominator,
    /// 0 unknown, 1 attached, 2 detached, `u8`.
    Detached,
    /// Number of outgoing edges, `u32`.
    EdgeCount,
    /// Position of the class in [`Classes::all`](crate::snapshot::classes::Classes::all), `u32`.
    Class,
}

/// Nodes between two checks of the cancel flag.
const STRIDE: usize = 1 << 16;

impl Column {
    /// Every column.
    pub const ALL: [Column; 9] = [
        Column::Id,
        Column::Type,
        Column::SelfSize,
        Column::RetainedSize,
        Column::Distance,
        Column::Dominator,
        Column::Detached,
        Column::EdgeCount,
        Column::Class,
    ];

    /// The name in the JavaScript API.
    pub const fn name(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Type => "type",
            Column::SelfSize => "selfSize",
            Column::RetainedSize => "retainedSize",
            Column::Distance => "distance",
            Column::Dominator => "dominator",
            Column::Detached => "detached",
            Column::EdgeCount => "edgeCount",
            Column::Class => "class",
        }
    }

    /// The column called `name`.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] if there is none.
    pub fn by_name(name: &str) -> Result<Column> {
        let found = Column::ALL.into_iter().find(|column| column.name() == name);
        found.ok_or_else(|| {
            Error::new(
                Code::InvalidQuery,
                format!("one of the columns {}", Column::ALL.map(Column::name).join(", ")),
                name,
            )
        })
    }

    /// Bytes per node.
    pub const fn width(self) -> usize {
        match self {
            Column::Type | Column::Detached => 1,
            Column::SelfSize | Column::RetainedSize => 8,
            _ => 4,
        }
    }
}

impl Snapshot {
    /// Copies a column into `out`: one number of [`Column::width`] bytes per node, in the machine's byte order.
    ///
    /// # Errors
    /// [`Code::InvalidQuery`] if `out` has another length, [`Code::Cancelled`].
    pub fn copy_column(&self, column: Column, out: &mut [u8], progress: &Progress) -> Result<()> {
        let bytes = column.width() * self.nodes.len();
        if out.len() != bytes {
            let expected = format!("{bytes} bytes for column {}", column.name());
            return Err(Error::new(Code::InvalidQuery, expected, format!("{} bytes", out.len())));
        }
        progress.enter(Phase::Query, self.nodes.len() as u64);
        match column {
            Column::Id => copy(out, progress, |node| self.nodes.id(node).0.to_ne_bytes()),
            Column::Type => copy(out, progress, |node| [self.nodes.type_number(node)]),
            Column::SelfSize => copy(out, progress, |node| (self.nodes.self_size(node) as f64).to_ne_bytes()),
            Column::RetainedSize => copy(out, progress, |node| (self.retained_size(node) as f64).to_ne_bytes()),
            Column::Distance => copy(out, progress, |node| self.distance(node).to_ne_bytes()),
            Column::Dominator => copy(out, progress, |node| self.dominators.parent(node).0.to_ne_bytes()),
            Column::Detached => copy(out, progress, |node| [self.detachedness(node)]),
            Column::EdgeCount => copy(out, progress, |node| self.nodes.edge_count(node).to_ne_bytes()),
            Column::Class => copy(out, progress, |node| self.classes.of(node).0.to_ne_bytes()),
        }
    }
}

fn copy<const WIDTH: usize>(out: &mut [u8], progress: &Progress, value: impl Fn(NodeIx) -> [u8; WIDTH]) -> Result<()> {
    let (numbers, _) = out.as_chunks_mut::<WIDTH>();
    for (stride, numbers) in numbers.chunks_mut(STRIDE).enumerate() {
        progress.check()?;
        progress.set_done((stride * STRIDE) as u64);
        for (i, number) in numbers.iter_mut().enumerate() {
            *number = value(NodeIx::from_index(stride * STRIDE + i));
        }
    }
    Ok(())
}
