//! Index types, so that the number of a node cannot be used as that of an edge.
//!
//! All are *ordinals*: the 0-based position in the section, not multiplied by the field count as
//! `to_node` and locations are in the file. Only `columns.rs` converts between the two.

macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position as an array index.
            #[inline(always)]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The index type of position `index`, which must fit 32 bits.
            #[inline(always)]
            pub const fn from_index(index: usize) -> Self {
                debug_assert!(index <= u32::MAX as usize);
                Self(index as u32)
            }
        }
    };
}

index_type! {
    /// Position of a node in the `nodes` section.
    NodeIx
}
index_type! {
    /// Position of an edge in the `edges` section.
    EdgeIx
}
index_type! {
    /// Position of a string in the `strings` section.
    StringIx
}
index_type! {
    /// Position of a class in [`crate::snapshot::classes::Classes`].
    ClassIx
}
index_type! {
    /// Position of a distinct script position in [`crate::snapshot::columns::Locations`].
    LocationIx
}

/// V8's id of a heap object, the `@123` of DevTools: stable while the process lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct ObjectId(pub u32);

impl ObjectId {
    /// Whether V8 gave the id, which then grows with time and stays. An even one is made of the address of a record that
    /// the embedder, such as Node or Blink, writes anew for each snapshot.
    pub(crate) fn is_stable(self) -> bool {
        !self.0.is_multiple_of(2)
    }
}
