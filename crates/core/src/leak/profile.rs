//! The purpose of a series, which decides how much growth is a leak.

use crate::leak::finding::Finding;

/// How the snapshots of a series were taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Profile {
    /// While a program was at work.
    Program,
    /// By a test, which called a function a fixed number of times between two of them. Each call has to leave an object.
    TestRounds {
        /// Calls between two snapshots.
        iterations: i64,
    },
}

impl Profile {
    /// Whether a finding grew in each interval by as much as the purpose asks for.
    pub(crate) fn is_met_by(self, finding: &Finding) -> bool {
        match self {
            Profile::Program => true,
            Profile::TestRounds { iterations } => finding.added_count.iter().all(|&added| added >= iterations),
        }
    }
}
