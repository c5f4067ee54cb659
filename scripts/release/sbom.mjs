// node scripts/release/sbom.mjs FILE: the software bill of materials of a release, CycloneDX 1.5.

import { writeFileSync } from 'node:fs';
import { bundledPackages, crates, installedPackages } from '../third-party.mjs';
import { manifest } from './pack.mjs';

const { name, version, license } = manifest();
const all = [...crates(), ...(await bundledPackages()), ...installedPackages()];
const components = [...new Map(all.map((each) => [each.purl, each])).values()];

const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'library', 'bom-ref': `pkg:npm/${name}@${version}`, name, version, purl: `pkg:npm/${name}@${version}`, licenses: [{ license: { id: license } }] } },
  components: components.map(({ name: part, version: of, license: expression, purl }) => ({ type: 'library', 'bom-ref': purl, name: part, version: of, purl, licenses: [{ expression }] })),
  dependencies: [{ ref: `pkg:npm/${name}@${version}`, dependsOn: components.map(({ purl }) => purl) }],
};

const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
else writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
