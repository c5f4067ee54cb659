// npm run docs: writes docs/api.md from index.d.ts. With --check, fails if it is out of date.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeOrCheck } from './generated.mjs';
import { tool } from './release/tools.mjs';
import { root } from './setup.mjs';

writeOrCheck('docs/api.md', generate(), 'npm run docs');

function generate() {
  const out = mkdtempSync(path.join(tmpdir(), 'heapray-docs-'));
  const options = {
    entryPoints: [path.join(root, 'index.d.ts')],
    tsconfig: path.join(root, '__test__', 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    out,
    router: 'module',
    entryFileName: 'api',
    name: 'heapray',
    readme: 'none',
    disableSources: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    sort: ['source-order'],
    logLevel: 'Error',
    skipErrorChecking: true,
  };
  const file = path.join(out, 'typedoc.json');
  writeFileSync(file, JSON.stringify(options));
  try {
    execFileSync(process.execPath, [path.join(path.dirname(tool('typedoc')), '..', 'typedoc/bin/typedoc'), '--options', file], { cwd: root, stdio: 'inherit' });
    return readFileSync(path.join(out, 'api.md'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
