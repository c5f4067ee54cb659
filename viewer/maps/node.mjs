// What lib/source-maps needs of Node.js's modules in a page, where there are no files.

export const isAbsolute = (name) => /^(?:[\\/]|[a-z]:[\\/])/i.test(name);

export function fileURLToPath(url) {
  return decodeURIComponent(new URL(url).pathname);
}

export const statSync = () => undefined;
