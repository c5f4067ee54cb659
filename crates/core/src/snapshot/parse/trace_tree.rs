//! Text of the `trace_tree` section → tree nodes in preorder.
//!
//! A node is written as `id, function, count, size, [children]`, one after the other without brackets of
//! their own. Trees are as deep as the stacks were, so the open nodes are kept in a vector.

use super::number::{Machine, Scanned, unexpected};
use crate::snapshot::column::push;
use crate::snapshot::error::{Code, Error, Result};
use crate::snapshot::trace::TraceNode;

/// Reads the inside of the section, byte by byte.
#[derive(Debug)]
pub struct TreeScanner {
    pub tree: Vec<TraceNode>,
    /// The node whose children are being read, by depth; `u32::MAX` at the top.
    open: Vec<u32>,
    machine: Machine,
    values: [i64; 4],
    have: usize,
    /// Whether a list of children has just ended: a comma or a bracket must follow.
    closed: bool,
}

impl Default for TreeScanner {
    fn default() -> Self {
        Self {
            tree: Vec::new(),
            open: vec![u32::MAX],
            machine: Machine::first(),
            values: [0; 4],
            have: 0,
            closed: false,
        }
    }
}

impl TreeScanner {
    /// Takes the chunk that starts at `offset`. Returns how many bytes belonged to the section and
    /// whether its closing bracket was among them.
    pub fn push(&mut self, chunk: &[u8], offset: u64) -> Result<(usize, bool)> {
        for (at, &byte) in chunk.iter().enumerate() {
            let here = offset + at as u64;
            if self.byte(byte, here).map_err(|error| error.at(here).in_section("trace_tree"))? {
                return Ok((at + 1, true));
            }
        }
        Ok((chunk.len(), false))
    }

    fn byte(&mut self, byte: u8, offset: u64) -> Result<bool> {
        if self.closed {
            return self.after_children(byte);
        }
        if self.have == 4 {
            return self.before_children(byte);
        }
        match self.machine.byte(byte, offset)? {
            Scanned::More => Ok(false),
            Scanned::Value(value) => {
                self.values[self.have] = value;
                self.have += 1;
                Ok(false)
            }
            Scanned::End => Ok(self.close()),
            Scanned::Last(_) => Err(Error::new(Code::Syntax, "id, function, count, size and children", "']'")),
        }
    }

    fn before_children(&mut self, byte: u8) -> Result<bool> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Ok(false),
            b'[' => {
                let node = self.node()?;
                push(&mut self.open, self.tree.len() as u32)?;
                push(&mut self.tree, node)?;
                self.have = 0;
                self.machine = Machine::first();
                Ok(false)
            }
            _ => Err(unexpected("the list of children", byte)),
        }
    }

    fn after_children(&mut self, byte: u8) -> Result<bool> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Ok(false),
            b',' => {
                self.closed = false;
                self.machine = Machine::next();
                Ok(false)
            }
            b']' => Ok(self.close()),
            _ => Err(unexpected("',' or ']'", byte)),
        }
    }

    /// Ends a list. True if it was the section's own.
    fn close(&mut self) -> bool {
        self.open.pop();
        self.closed = true;
        self.open.is_empty()
    }

    fn node(&self) -> Result<TraceNode> {
        let wrong = |what: &str, value: i64| Error::new(Code::Range, what, value.to_string());
        let [id, function, count, size] = self.values;
        Ok(TraceNode {
            id: u32::try_from(id).map_err(|_| wrong("an id of 32 bits", id))?,
            function: u32::try_from(function).map_err(|_| wrong("the index of a function", function))?,
            count: u64::try_from(count).map_err(|_| wrong("a count", count))?,
            size: u64::try_from(size).map_err(|_| wrong("a size", size))?,
            parent: self.open[self.open.len() - 1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str, chunk: usize) -> Result<Vec<TraceNode>> {
        let mut scanner = TreeScanner::default();
        let mut offset = 0;
        for part in text.as_bytes().chunks(chunk) {
            let (used, done) = scanner.push(part, offset)?;
            offset += used as u64;
            if done {
                return Ok(scanner.tree);
            }
        }
        Err(Error::new(Code::Truncated, "]", "the end"))
    }

    #[test]
    fn children_know_their_caller_in_any_split() {
        let text = "1,0,0,0,[2,1,3,4,[],3, 1,5,6,[4,2,7,8,[]]]]";
        for chunk in 1..text.len() {
            let tree = scan(text, chunk).unwrap();
            let parents: Vec<_> = tree.iter().map(|node| (node.id, node.parent)).collect();
            assert_eq!(parents, [(1, u32::MAX), (2, 0), (3, 0), (4, 2)]);
            assert_eq!((tree[3].count, tree[3].size), (7, 8));
        }
        assert!(scan("]", 1).unwrap().is_empty());
    }

    #[test]
    fn a_tree_a_million_deep_needs_no_stack() {
        let depth = 1_000_000;
        let text = "1,0,0,0,[".repeat(depth) + &"]".repeat(depth + 1);
        assert_eq!(scan(&text, 1 << 16).unwrap().len(), depth);
    }

    #[test]
    fn invalid_forms_are_refused() {
        for text in ["[[]]]", "1,2]", "1,2,3,4]", "1,2,3,4,5]", "1,0,0,0,[]1]", "{}]"] {
            assert_eq!(scan(text, 3).unwrap_err().code(), Code::Syntax, "{text}");
        }
    }
}
