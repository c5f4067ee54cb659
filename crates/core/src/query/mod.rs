//! Questions: options in, plain data out, no formatting.
