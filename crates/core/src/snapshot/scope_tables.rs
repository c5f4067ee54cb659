//! What a snapshot says about scopes: Chromium's sections `scopes`, `scope_context_vars` and `scope_uses`.
//!
//! One record a scope of each script that is alive, in preorder; the records of the other two sections belong to
//! the scopes in turn:
//!
//! ```text
//! scopes              script 7: function subscribe (depth 1, 2 variables), once (depth 2, 1 use)
//! scope_context_vars  subscribe: big, i
//! scope_uses          once: variable 0 of subscribe
//! ```

use crate::snapshot::ids::{NodeIx, StringIx};

/// A scope of a script's source text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScopeRow {
    /// The script.
    pub script: NodeIx,
    /// V8's number of the scope, unique in its script.
    pub id: i32,
    /// Scopes around it.
    pub depth: u32,
    /// Variables that functions inside may refer to.
    pub variables: u32,
    /// Variables of scopes around it that code of this scope, and of none inside, refers to.
    pub uses: u32,
}

/// A variable that a scope refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScopeUse {
    /// V8's number of the scope that declares it.
    pub declared_by: i32,
    /// Position among that scope's variables.
    pub slot: u32,
}

/// The three sections; all empty when the file has none of them.
#[derive(Debug, Default)]
pub struct ScopeTables {
    /// `scopes`
    pub scopes: Vec<ScopeRow>,
    /// `scope_context_vars`: names.
    pub variables: Vec<StringIx>,
    /// `scope_uses`
    pub uses: Vec<ScopeUse>,
}

/// What is wrong with a section.
#[derive(Debug)]
pub struct BadScopes {
    /// Its name.
    pub section: &'static str,
    /// What it should have.
    pub expected: String,
    /// What it has.
    pub found: String,
}

impl ScopeTables {
    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.scopes.capacity() * size_of::<ScopeRow>()
            + self.variables.capacity() * size_of::<StringIx>()
            + self.uses.capacity() * size_of::<ScopeUse>()
    }

    /// Checks what one record alone cannot tell, in a file of `nodes` nodes and `strings` strings.
    pub(crate) fn check(&self, nodes: u64, strings: u64) -> Result<(), BadScopes> {
        let bad = |section, expected: String, found: String| Err(BadScopes { section, expected, found });
        if let Some(at) = self.scopes.iter().position(|scope| u64::from(scope.script.0) >= nodes) {
            let expected = format!("script_node_index of one of {nodes} nodes");
            return bad("scopes", expected, format!("another in scope {at}"));
        }
        if let Some(at) = self.first_bad_depth() {
            let expected = "a depth of at most one more than that of the scope before, and 0 in a new script";
            return bad("scopes", expected.to_owned(), format!("{} in scope {at}", self.scopes[at].depth));
        }
        if let Some(at) = self.variables.iter().position(|name| u64::from(name.0) >= strings) {
            let found = format!("name {} of variable {at}", self.variables[at].0);
            return bad("scope_context_vars", format!("one of {strings} strings"), found);
        }
        let variables: u64 = self.scopes.iter().map(|scope| u64::from(scope.variables)).sum();
        let uses: u64 = self.scopes.iter().map(|scope| u64::from(scope.uses)).sum();
        for (section, claimed, found) in
            [("scope_context_vars", variables, self.variables.len()), ("scope_uses", uses, self.uses.len())]
        {
            if claimed != found as u64 {
                return bad(section, format!("{claimed} records, as the scopes' counts add up to"), found.to_string());
            }
        }
        Ok(())
    }

    fn first_bad_depth(&self) -> Option<usize> {
        let mut before: Option<&ScopeRow> = None;
        self.scopes.iter().position(|scope| {
            let most = before.filter(|before| before.script == scope.script).map_or(0, |before| before.depth + 1);
            before = Some(scope);
            scope.depth > most
        })
    }
}
