//! Script name → npm package.

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
