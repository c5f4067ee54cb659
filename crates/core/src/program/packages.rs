//! Script name → npm package.

use crate::program::ownership::is_runtime_script;

/// The package of a script, `None` in it for the program's own code; nothing for the runtime's scripts.
pub(crate) fn package_of_program(script: &[u8]) -> Option<Option<&[u8]>> {
    (!is_runtime_script(script, false)).then(|| package_of(script))
}

/// The package to which a script belongs: the name after the last `node_modules`.
pub(crate) fn package_of(script: &[u8]) -> Option<&[u8]> {
    const FOLDER: &[u8] = b"node_modules";
    let at = memchr::memmem::rfind(script, FOLDER)?;
    let rest = script.get(at + FOLDER.len() + 1..)?;
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let mut ends = rest.iter().enumerate().filter(|(_, byte)| is_slash(byte)).map(|(at, _)| at);
    let end = if rest.first() == Some(&b'@') { ends.nth(1) } else { ends.next() };
    Some(&rest[..end.unwrap_or(rest.len())])
}
