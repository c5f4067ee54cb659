//! JSON values → the members of questions.
//!
//! By hand: readers that serde derives for thirty questions, their enumerations and forms take 90 kB of machine code, and
//! these 10.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is wrong with a question; [`super::ask`] makes an error of it.
pub(crate) type Wrong = String;

/// A value that is read from JSON.
pub(crate) trait Read: Sized {
    fn read(value: Value) -> Result<Self, Wrong>;

    /// The value of a member that is left out.
    fn left_out() -> Option<Self> {
        None
    }
}

/// Members that several questions have.
pub(crate) trait Shared: Sized {
    fn take(members: &mut Members) -> Result<Self, Wrong>;
}

/// The members of an object, taken one by one.
pub(crate) struct Members {
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Members {
    pub(crate) fn of(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Object(left) => Ok(Self { left, known: Vec::new() }),
            other => Err(format!("expected an object, found {other}")),
        }
    }

    pub(crate) fn take<T: Read>(&mut self, name: &'static str) -> Result<T, Wrong> {
        match self.value(name) {
            Some(value) => T::read(value).map_err(|wrong| within(name, &wrong)),
            None => T::left_out().ok_or_else(|| format!("missing field `{name}`")),
        }
    }

    pub(crate) fn value(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name)
    }

    /// Those that were not taken.
    pub(crate) fn rest(self) -> Value {
        Value::Object(self.left)
    }

    /// After the last: an unknown member may be a misspelt one.
    pub(crate) fn end(self) -> Result<(), Wrong> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(format!("unknown field `{unknown}`, expected one of {}", self.known.join(", "))),
        }
    }
}

#[cold]
fn within(name: &str, wrong: &str) -> Wrong {
    format!("{name}: {wrong}")
}

#[cold]
pub(crate) fn unexpected(expected: &str, found: &Value) -> Wrong {
    format!("expected {expected}, found {found}")
}

/// One of several words.
pub(crate) fn word<T: Copy>(value: &Value, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
    found.map(|&(_, variant)| variant).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|&(word, _)| word).collect();
        unexpected(&known.join(", "), value)
    })
}

/// Readers that serde derives, for forms with lists of their own.
pub(crate) fn derived<T: DeserializeOwned>(value: Value) -> Result<T, Wrong> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

impl Read for Value {
    fn read(value: Value) -> Result<Self, Wrong> {
        Ok(value)
    }
}

impl Read for u64 {
    fn read(value: Value) -> Result<Self, Wrong> {
        value.as_u64().ok_or_else(|| unexpected("a whole number, 0 or more", &value))
    }
}

impl Read for u32 {
    fn read(value: Value) -> Result<Self, Wrong> {
        u32::try_from(u64::read(value)?).map_err(|_| "expected a number below 4294967296".to_owned())
    }
}

impl Read for f64 {
    fn read(value: Value) -> Result<Self, Wrong> {
        value.as_f64().ok_or_else(|| unexpected("a number", &value))
    }
}

impl Read for bool {
    fn read(value: Value) -> Result<Self, Wrong> {
        value.as_bool().ok_or_else(|| unexpected("true or false", &value))
    }
}

impl Read for String {
    fn read(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(unexpected("a text", &other)),
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(value: Value) -> Result<Self, Wrong> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn left_out() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Box<T> {
    fn read(value: Value) -> Result<Self, Wrong> {
        T::read(value).map(Box::new)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Array(values) => values.into_iter().map(T::read).collect(),
            other => Err(unexpected("a list", &other)),
        }
    }
}

/// `members!(Question { field: "field", … } + shared)`: reads a structure from an object with these members, and those of its
/// field `shared`, and no others.
macro_rules! members {
    ($type:ty { $($field:ident: $name:literal),* $(,)? } $(+ $shared:ident)?) => {
        impl $crate::query::read::Read for $type {
            fn read(value: serde_json::Value) -> std::result::Result<Self, $crate::query::read::Wrong> {
                #[allow(unused_mut, reason = "some questions have no members")]
                let mut members = $crate::query::read::Members::of(value)?;
                let read = Self {
                    $($field: members.take($name)?,)*
                    $($shared: $crate::query::read::Shared::take(&mut members)?,)?
                };
                members.end()?;
                Ok(read)
            }
        }
    };
}

/// `words!(Sort { Id: "id", … })`: reads an enumeration from one of these words.
macro_rules! words {
    ($type:ty { $($variant:ident: $word:literal),* $(,)? }) => {
        impl $crate::query::read::Read for $type {
            fn read(value: serde_json::Value) -> std::result::Result<Self, $crate::query::read::Wrong> {
                $crate::query::read::word(&value, &[$(($word, Self::$variant)),*])
            }
        }
    };
}

pub(crate) use {members, words};
