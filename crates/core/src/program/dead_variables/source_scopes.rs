//! Finds which code refers to which variable, by the tables of scopes.

use crate::snapshot::Snapshot;
use crate::snapshot::ids::NodeIx;
use crate::snapshot::scope_tables::{ScopeRow, ScopeTables};
use crate::snapshot::sort::{sort, sort_by_key};

/// Scopes by their position in the file, which is a preorder: what is inside a scope stands right behind it.
#[derive(Debug)]
pub(super) struct SourceScopes<'a> {
    snapshot: &'a Snapshot,
    tables: &'a ScopeTables,
    scopes: &'a [ScopeRow],
    /// Behind the last scope inside each scope.
    ends: Vec<u32>,
    /// Positions by script and id.
    by_id: Vec<u32>,
    /// The first variable of each scope, and behind the last one's.
    first_variable: Vec<u32>,
    /// Variables by scope and name.
    by_name: Vec<u32>,
    /// Variables with the scopes that refer to them, in order.
    uses: Vec<(u32, u32)>,
}

impl<'a> SourceScopes<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, tables: &'a ScopeTables) -> Self {
        let scopes = tables.scopes.as_slice();
        let mut by_id: Vec<u32> = (0..scopes.len() as u32).collect();
        sort_by_key(&mut by_id, |&at| (scopes[at as usize].script, scopes[at as usize].id, at));
        let mut first_variable = Vec::with_capacity(scopes.len() + 1);
        let mut by_name = Vec::with_capacity(tables.variables.len());
        let mut sum = 0;
        for scope in scopes {
            first_variable.push(sum);
            let range = sum..sum + scope.variables;
            sum = range.end;
            let start = by_name.len();
            by_name.extend(range);
            sort_by_key(&mut by_name[start..], |&variable| (name(snapshot, tables, variable), variable));
        }
        first_variable.push(sum);
        let mut source =
            Self { snapshot, tables, scopes, ends: ends(scopes), by_id, first_variable, by_name, uses: Vec::new() };
        source.uses = source.read_uses();
        source
    }

    fn read_uses(&self) -> Vec<(u32, u32)> {
        let mut rest = self.tables.uses.as_slice();
        let mut uses = Vec::with_capacity(rest.len());
        for scope in self.scopes {
            let (own, others) = rest.split_at(scope.uses as usize);
            rest = others;
            let Some(at) = self.find(scope.script, scope.id) else { continue };
            for usage in own {
                let Some(declaring) = self.find(scope.script, usage.declared_by) else { continue };
                if usage.slot < self.scopes[declaring as usize].variables {
                    uses.push((self.first_variable[declaring as usize] + usage.slot, at));
                }
            }
        }
        sort(&mut uses);
        uses.dedup();
        uses
    }

    /// The scope with an id; of several the last one.
    pub(super) fn find(&self, script: NodeIx, id: i32) -> Option<u32> {
        let key = |at: u32| (self.scopes[at as usize].script, self.scopes[at as usize].id);
        let behind = self.by_id.partition_point(|&at| key(at) <= (script, id));
        self.by_id[..behind].last().copied().filter(|&at| key(at) == (script, id))
    }

    pub(super) fn script(&self, scope: u32) -> NodeIx {
        self.scopes[scope as usize].script
    }

    /// Behind the last scope inside a scope.
    pub(super) fn end(&self, scope: u32) -> u32 {
        self.ends[scope as usize]
    }

    /// The variable of a scope with this name.
    pub(super) fn variable(&self, scope: u32, wanted: &[u8]) -> Option<u32> {
        let own = self.first_variable[scope as usize] as usize..self.first_variable[scope as usize + 1] as usize;
        let own = &self.by_name[own];
        let at = own.partition_point(|&variable| self.name(variable) < wanted);
        own.get(at).copied().filter(|&variable| self.name(variable) == wanted)
    }

    fn name(&self, variable: u32) -> &'a [u8] {
        name(self.snapshot, self.tables, variable)
    }

    /// Whether one of the functions, which are disjoint and in order, refers to the variable, or code inside it does.
    pub(super) fn is_read_by(&self, variable: u32, functions: &[u32]) -> bool {
        let start = self.uses.partition_point(|&(of, _)| of < variable);
        let count = self.uses[start..].partition_point(|&(of, _)| of == variable);
        let uses = &self.uses[start..start + count];
        if uses.len() <= functions.len() {
            let around = |at| functions[..functions.partition_point(|&function| function <= at)].last();
            return uses.iter().any(|&(_, at)| around(at).is_some_and(|&function| at < self.end(function)));
        }
        functions.iter().any(|&function| {
            let next = uses.partition_point(|&(_, at)| at < function);
            uses.get(next).is_some_and(|&(_, at)| at < self.end(function))
        })
    }

    /// Of functions in order those that are not inside another one.
    pub(super) fn outermost(&self, functions: impl Iterator<Item = u32>, out: &mut Vec<u32>) {
        out.clear();
        for function in functions {
            if out.last().is_none_or(|&last| self.end(last) <= function) {
                out.push(function);
            }
        }
    }
}

fn name<'a>(snapshot: &'a Snapshot, tables: &ScopeTables, variable: u32) -> &'a [u8] {
    snapshot.strings().get(tables.variables[variable as usize])
}

fn ends(scopes: &[ScopeRow]) -> Vec<u32> {
    let mut ends = vec![scopes.len() as u32; scopes.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, scope) in scopes.iter().enumerate() {
        let is_over = |&mut before: &mut usize| {
            let before: &ScopeRow = &scopes[before];
            before.script != scope.script || before.depth >= scope.depth
        };
        while let Some(over) = open.pop_if(is_over) {
            ends[over] = at as u32;
        }
        open.push(at);
    }
    ends
}
