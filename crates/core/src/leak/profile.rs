//! What a series was taken for: it decides how much growth is a leak.

use crate::leak::finding::Finding;

/// How the snapshots of a series came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Profile {
    /// A program was at work.
    Program,
    /// A test called a function so many times between two of them. Each call has to leave an object.
    TestRounds {
        /// Calls between two snapshots.
        iterations: i64,
    },
}

impl Profile {
    /// Whether what was found grew enough in each interval.
    pub(crate) fn accuses(self, finding: &Finding) -> bool {
        match self {
            Profile::Program => true,
            Profile::TestRounds { iterations } => finding.added_count.iter().all(|&added| added >= iterations),
        }
    }
}
