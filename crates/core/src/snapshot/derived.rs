//! Tables that only some questions need: computed on first use and kept with the snapshot.
//!
//! The snapshot does not know them: the module that needs a table defines it, and the table's type is its
//! key. There are a handful, so a list that only grows at its end is enough.

use crate::snapshot::error::Result;
use std::any::Any;
use std::sync::OnceLock;

/// A table that a snapshot can keep.
pub trait Table: Any + Send + Sync {
    /// Bytes of memory held.
    fn memory(&self) -> usize;
}

/// Tables, one of each type.
#[derive(Default)]
pub struct Derived {
    first: Slot,
}

type Slot = OnceLock<Box<Entry>>;

struct Entry {
    table: Box<dyn Table>,
    next: Slot,
}

impl Derived {
    /// The table of this type, which `make` computes if there is none. If `make` fails, nothing is kept.
    pub fn get_or_make<T: Table>(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        match self.get() {
            Some(table) => Ok(table),
            None => Ok(self.keep(make()?)),
        }
    }

    /// The table of this type, if it was computed.
    pub(crate) fn get<T: Table>(&self) -> Option<&T> {
        self.entries().find_map(Entry::table)
    }

    /// Keeps a table, or returns the one of a thread that was faster.
    pub(crate) fn keep<T: Table>(&self, table: T) -> &T {
        let mut slot = &self.first;
        let mut own = Some(Box::new(Entry { table: Box::new(table), next: Slot::new() }));
        loop {
            while let Some(entry) = slot.get() {
                if let Some(table) = entry.table() {
                    return table;
                }
                slot = &entry.next;
            }
            if let Some(entry) = own.take()
                && let Err(refused) = slot.set(entry)
            {
                own = Some(refused);
            }
        }
    }

    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        self.entries().map(|entry| entry.table.memory()).sum()
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::successors(self.first.get(), |entry| entry.next.get()).map(|entry| &**entry)
    }
}

impl Entry {
    fn table<T: Table>(&self) -> Option<&T> {
        let table: &dyn Any = &*self.table;
        table.downcast_ref()
    }
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Derived").field("tables", &self.entries().count()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::error::{Code, Error};

    struct Numbers(usize);
    struct Words(usize);

    impl Table for Numbers {
        fn memory(&self) -> usize {
            self.0
        }
    }

    impl Table for Words {
        fn memory(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn each_table_is_computed_once_and_its_memory_counted() -> Result<()> {
        let derived = Derived::default();
        assert_eq!(derived.get_or_make(|| Ok(Numbers(1)))?.0, 1);
        assert_eq!(derived.get_or_make(|| Ok(Words(10)))?.0, 10);
        assert_eq!(derived.get_or_make(|| Ok(Numbers(2)))?.0, 1);
        assert_eq!(derived.keep(Words(20)).0, 10);
        assert_eq!(derived.memory(), 11);
        Ok(())
    }

    #[test]
    fn a_table_that_failed_is_computed_by_the_next_call() -> Result<()> {
        let derived = Derived::default();
        let cancelled = || Error::new(Code::Cancelled, "time", "none");
        assert!(derived.get_or_make(|| Err::<Numbers, _>(cancelled())).is_err());
        assert_eq!(derived.get_or_make(|| Ok(Numbers(3)))?.0, 3);
        Ok(())
    }

    #[test]
    fn threads_that_compute_a_table_at_once_share_one() {
        let derived = Derived::default();
        let places: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn({
                        let derived = &derived;
                        move || std::ptr::from_ref(derived.keep(Numbers(n))) as usize
                    })
                })
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        assert_eq!(places.len(), 8);
        assert!(places.iter().all(|&place| place == places[0]));
    }
}
