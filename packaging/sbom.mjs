// SPDX-License-Identifier: MIT
// A release's bill of materials (SPDX 2.3): the tarball with its sum, the vendored
// parts in it, and the libraries that the worker is linked with.
//
// Usage: node packaging/sbom.mjs TARBALL VERSION SECONDS >SBOM
// SECONDS since 1970 are the release's time, so that it is made alike twice.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOP = fileURLToPath(new URL('../', import.meta.url));
const SELF = 'SPDXRef-confab';

/** @param {string} path */
const textOf = (path) => readFileSync(TOP + path, 'utf8');

const [tarball, version, seconds] = process.argv.slice(2);
if (!tarball || !version || !/^\d+$/.test(seconds ?? '')) {
  console.error('usage: sbom.mjs TARBALL VERSION SECONDS');
  process.exit(2);
}
const sum = createHash('sha256').update(readFileSync(tarball)).digest('hex');

/** As the vendored parts' own list has them. @type {{SPDXID: string}[]} */
const parts = JSON.parse(textOf('static/vendor/spdx.json')).packages;

/** What the package is built with is what it is linked with; by their names in Debian. */
const libraries = [...textOf('packaging/debian/control').matchAll(/^ (lib[\w.+-]+-dev)(?![^,\n]*nocheck)/gm)]
  .map(([, name]) => ({
    SPDXID: `SPDXRef-${name.replaceAll(/[^A-Za-z0-9.]/g, '-')}`,
    name,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    externalRefs: [{
      referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: `pkg:deb/debian/${name}`,
    }],
  }));

/** @param {string} from @param {string} relationshipType @param {string} to */
const relation = (from, relationshipType, to) =>
  ({ spdxElementId: from, relationshipType, relatedSpdxElement: to });

console.log(JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: `confab-${version}`,
  documentNamespace: `https://spdx.org/spdxdocs/confab-${version}-${sum.slice(0, 32)}`,
  creationInfo: {
    created: new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+/, ''),
    creators: ['Tool: packaging/sbom.mjs'],
  },
  packages: [{
    SPDXID: SELF,
    name: 'confab',
    versionInfo: version,
    packageFileName: basename(tarball),
    primaryPackagePurpose: 'APPLICATION',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    checksums: [{ algorithm: 'SHA256', checksumValue: sum }],
    licenseConcluded: 'MIT',
    licenseDeclared: 'MIT',
    copyrightText: /^Copyright.*$/m.exec(textOf('LICENSE'))?.[0] ?? 'NOASSERTION',
  }, ...parts, ...libraries],
  relationships: [
    relation('SPDXRef-DOCUMENT', 'DESCRIBES', SELF),
    ...parts.map(({ SPDXID }) => relation(SELF, 'CONTAINS', SPDXID)),
    ...libraries.map(({ SPDXID }) => relation(SELF, 'DYNAMIC_LINK', SPDXID)),
  ],
}, null, 1));
