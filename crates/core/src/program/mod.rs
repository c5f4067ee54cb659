//! What a program is made of: scripts, packages, variables, native contexts, and whose an object is.

pub(crate) mod dead_variables;
pub(crate) mod dictionaries;
pub(crate) mod internals;
pub(crate) mod names;
pub(crate) mod native_contexts;
pub(crate) mod ownership;
pub(crate) mod packages;
pub(crate) mod scopes;
pub(crate) mod scripts;
pub(crate) mod variables;
