// Limits a WebAssembly module's memory, so that it runs out at a few megabytes instead of 4 GB.

const MEMORY_SECTION = 5;
const PAGE_BYTES = 64 << 10;

/** The module with at most `bytes` of memory. */
export function withMostMemory(module, bytes) {
  for (let at = 8; at < module.length; ) {
    const size = readNumber(module, at + 1);
    const end = size.end + size.value;
    if (module[at] === MEMORY_SECTION) {
      // One memory, flags, minimum of pages: the flags get the bit for a maximum, which follows.
      const minimum = readNumber(module, size.end + 2);
      const section = [1, 1, ...module.subarray(size.end + 2, minimum.end), ...numberBytes(bytes / PAGE_BYTES)];
      return Buffer.concat([module.subarray(0, at), Buffer.from([MEMORY_SECTION, ...numberBytes(section.length), ...section]), module.subarray(end)]);
    }
    at = end;
  }
  throw new Error('the module has no memory');
}

/** LEB128, as WebAssembly writes its numbers. */
function readNumber(bytes, start) {
  let value = 0;
  let at = start;
  for (let shift = 0; ; shift += 7, at += 1) {
    value |= (bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return { value, end: at + 1 };
  }
}

function numberBytes(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
