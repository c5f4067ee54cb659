//! How objects are retained: shortest paths, their steps, their shapes, and their text.

pub(crate) mod alternatives;
pub(crate) mod labels;
pub(crate) mod owner;
pub(crate) mod shapes;
pub(crate) mod shortest_paths;
pub(crate) mod start;
pub(crate) mod step;
pub(crate) mod text;
