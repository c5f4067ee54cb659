//! Scopes of scripts by their source text, for snapshots that do not tell of scopes themselves.
//!
//! The caller has analysed the text: which scopes a script has, where its functions begin, which variables functions
//! inside a scope refer to. This becomes the same tables that Chromium writes.

use crate::program::scripts::script_of_shared;
use crate::program::variables::{is_context, variable};
use crate::snapshot::Snapshot;
use crate::snapshot::columns::Location;
use crate::snapshot::derived::Table;
use crate::snapshot::display::internal_target;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::ids::{NodeIx, StringIx};
use crate::snapshot::progress::Progress;
use crate::snapshot::schema::NodeKind;
use crate::snapshot::scope_tables::{ScopeRow, ScopeTables, ScopeUse};
use crate::snapshot::sort::{sort, sort_by_key};
use crate::snapshot::ticker::Ticker;
use foldhash::HashMap;
use serde::Deserialize;

/// The scopes of a script, in preorder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptText {
    /// V8's number of the script.
    id: i64,
    scopes: Vec<ScopeText>,
}

/// A scope of a script's source text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeText {
    /// Scopes around it.
    depth: u32,
    /// Of functions, the lines and columns, counted from 0, that versions of V8 give as their places.
    at: Vec<[u32; 2]>,
    /// Variables to which functions inside refer.
    variables: Vec<String>,
    /// Variables of scopes around it to which its own code refers: the scope's position and the variable's.
    uses: Vec<[u32; 2]>,
}

/// Scopes of source texts, as tables.
#[derive(Debug)]
pub(crate) struct SourceText {
    pub(super) tables: ScopeTables,
    /// By scope: the one around it.
    outer: Vec<Option<u32>>,
    /// Places of functions, ascending, with their scopes.
    functions: Vec<(Location, u32)>,
    /// Scripts that do not fit their text.
    pub(crate) left_out: Vec<i64>,
}

impl SourceText {
    /// The tables of some scripts, without those in which a live function begins where the text has none: the file was
    /// changed since. Goes over all nodes twice.
    pub(crate) fn new(snapshot: &Snapshot, scripts: &[ScriptText], progress: &Progress) -> Result<SourceText> {
        let known = Known::find(snapshot, progress)?;
        let mut text = SourceText {
            tables: ScopeTables::default(),
            outer: Vec::new(),
            functions: Vec::new(),
            left_out: Vec::new(),
        };
        for script in scripts {
            progress.check()?;
            let Ok(id) = i32::try_from(script.id) else { continue };
            let Some(node) = known.script(id) else { continue };
            if known.fits(id, script) {
                text.add(id, node, &script.scopes, &known.names)?;
            } else {
                text.left_out.push(script.id);
            }
        }
        sort_by_key(&mut text.functions, |&(at, _)| (at.script_id, at.line, at.column));
        Ok(text)
    }

    fn add(&mut self, id: i32, script: NodeIx, scopes: &[ScopeText], names: &HashMap<&[u8], StringIx>) -> Result<()> {
        let first = self.outer.len() as u32;
        let mut open: Vec<u32> = Vec::new();
        // By scope, the positions of the variables that the heap has names for.
        let mut slots: Vec<Vec<Option<u32>>> = Vec::with_capacity(scopes.len());
        for (at, scope) in scopes.iter().enumerate() {
            if scope.depth as usize > open.len() {
                return Err(Error::new(Code::InvalidQuery, "scopes in preorder", format!("depth {}", scope.depth)));
            }
            open.truncate(scope.depth as usize);
            self.outer.push(open.last().copied());
            let at = first + at as u32;
            open.push(at);
            let place = |&[line, column]: &[u32; 2]| (Location { script_id: id, line, column }, at);
            self.functions.extend(scope.at.iter().map(place));
            let start = self.tables.variables.len();
            let mut slot = |name: &String| {
                let name = *names.get(name.as_bytes())?;
                self.tables.variables.push(name);
                Some((self.tables.variables.len() - 1 - start) as u32)
            };
            slots.push(scope.variables.iter().map(&mut slot).collect());
            let used = |&[declaring, variable]: &[u32; 2]| {
                let slot = (*slots.get(declaring as usize)?.get(variable as usize)?)?;
                Some(ScopeUse { declared_by: declaring as i32, slot })
            };
            let before = self.tables.uses.len();
            self.tables.uses.extend(scope.uses.iter().filter_map(used));
            self.tables.scopes.push(ScopeRow {
                script,
                id: (at - first) as i32,
                depth: scope.depth,
                variables: (self.tables.variables.len() - start) as u32,
                uses: (self.tables.uses.len() - before) as u32,
            });
        }
        Ok(())
    }

    /// The scope of the function at a place.
    pub(super) fn function(&self, at: Location) -> Option<u32> {
        let key = |at: Location| (at.script_id, at.line, at.column);
        let found = self.functions.binary_search_by_key(&key(at), |&(at, _)| key(at));
        found.ok().map(|found| self.functions[found].1)
    }

    /// The scope around a scope.
    pub(super) fn outer(&self, scope: u32) -> Option<u32> {
        self.outer[scope as usize]
    }
}

impl Table for SourceText {
    fn memory(&self) -> usize {
        self.tables.memory()
            + self.outer.capacity() * size_of::<Option<u32>>()
            + self.functions.capacity() * size_of::<(Location, u32)>()
    }
}

/// What the heap has of scripts and variables.
struct Known<'a> {
    /// Places of live functions and their scripts, ascending.
    functions: Vec<(i32, NodeIx, [u32; 2])>,
    /// Names of captured variables.
    names: HashMap<&'a [u8], StringIx>,
}

impl<'a> Known<'a> {
    fn find(snapshot: &'a Snapshot, progress: &Progress) -> Result<Self> {
        let mut known = Known { functions: Vec::new(), names: HashMap::default() };
        let mut ticker = Ticker::of(progress, snapshot.nodes().len());
        for node in snapshot.nodes().iter() {
            ticker.tick()?;
            match snapshot.kind(node) {
                NodeKind::Closure => known.functions.extend(function(snapshot, node)),
                NodeKind::Object if is_context(snapshot.name(node)) => {
                    for edge in snapshot.edges_of(node) {
                        let Some(name) = variable(snapshot, node, edge) else { continue };
                        known.names.entry(name).or_insert_with(|| StringIx::from_index(0));
                    }
                }
                _ => {}
            }
        }
        sort(&mut known.functions);
        known.functions.dedup();
        for string in (0..snapshot.strings().len()).map(StringIx::from_index) {
            if let Some(named) = known.names.get_mut(snapshot.strings().get(string)) {
                *named = string;
            }
        }
        Ok(known)
    }

    fn of_script(&self, id: i32) -> &[(i32, NodeIx, [u32; 2])] {
        let start = self.functions.partition_point(|&(of, ..)| of < id);
        let count = self.functions[start..].partition_point(|&(of, ..)| of == id);
        &self.functions[start..start + count]
    }

    fn script(&self, id: i32) -> Option<NodeIx> {
        self.of_script(id).first().map(|&(_, script, _)| script)
    }

    /// Whether all live functions of a script are in its text.
    fn fits(&self, id: i32, script: &ScriptText) -> bool {
        let mut places: Vec<[u32; 2]> = script.scopes.iter().flat_map(|scope| &scope.at).copied().collect();
        sort(&mut places);
        self.of_script(id).iter().all(|&(.., at)| places.binary_search(&at).is_ok())
    }
}

fn function(snapshot: &Snapshot, closure: NodeIx) -> Option<(i32, NodeIx, [u32; 2])> {
    let Location { script_id, line, column } = snapshot.location(closure)?;
    let script = script_of_shared(snapshot, internal_target(snapshot, closure, b"shared")?)?;
    Some((script_id, script, [line, column]))
}

/// A script whose functions have captured variables.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ScriptRow {
    pub(crate) id: i32,
    pub(crate) name: String,
}

/// The scripts of live functions with contexts, whose texts tell which variables are read.
pub(crate) fn scripts(snapshot: &Snapshot, progress: &Progress) -> Result<Vec<ScriptRow>> {
    let scripts = crate::program::scripts::Scripts::of(snapshot, progress)?;
    let mut ticker = Ticker::of(progress, snapshot.nodes().len());
    let mut found: Vec<Location> = Vec::new();
    for node in snapshot.nodes().iter() {
        ticker.tick()?;
        if snapshot.kind(node) == NodeKind::Closure
            && let Some(at) = snapshot.location(node)
            && internal_target(snapshot, node, b"context").is_some_and(|context| is_context(snapshot.name(context)))
        {
            found.push(at);
        }
    }
    sort_by_key(&mut found, |at| at.script_id);
    found.dedup_by_key(|at| at.script_id);
    let row = |at: Location| {
        let name = String::from_utf8_lossy(scripts.name(at)?).into_owned();
        Some(ScriptRow { id: at.script_id, name })
    };
    Ok(found.into_iter().filter_map(row).collect())
}
