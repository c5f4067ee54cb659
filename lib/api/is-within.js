'use strict';

const path = require('node:path');

/** Whether a file is below a folder, or the folder itself; both are absolute, and symbolic links are not followed. */
function isWithin(folder, file) {
  const relative = path.relative(folder, file);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

module.exports = { isWithin };
