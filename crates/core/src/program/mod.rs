//! What a program consists of: scripts, packages, variables, components, native contexts, and the ownership of objects.

pub(crate) mod components;
pub(crate) mod dead_variables;
pub(crate) mod dictionaries;
pub(crate) mod exports;
pub(crate) mod internals;
pub(crate) mod names;
pub(crate) mod native_contexts;
pub(crate) mod ownership;
pub(crate) mod packages;
pub(crate) mod scopes;
pub(crate) mod scripts;
pub(crate) mod variables;
