// Writes docs/api.md, the reference of the library, from the doc comments of the types in dist/: npm run docs:api.
// With --check, writes nothing and fails if the file is out of date or a public name has no comment.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './host.mjs';
import { installPackageChecks } from './package-checks.mjs';

const FILE = `${root}docs/api.md`;
const TYPES = `${root}dist/lib/index.d.ts`;

const INTRODUCTION = `\`npm run docs:api\` generates this page from the doc comments of the sources.

All calls are methods of [\`Lamina\`](#lamina), which [\`createLamina\`](#createlamina) returns. The package also exports each of them as a
function: \`import { build, images } from 'lamina-build'\` gives the functions of \`createLamina()\`. [examples/api](../examples/api)
has programs that use them.`;

const modules = installPackageChecks();
if (!existsSync(TYPES)) throw new Error('build first: npm run build');
const work = mkdtempSync(join(tmpdir(), 'lamina-api-'));
try {
  const text = reference();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    throw new Error('docs/api.md is out of date: npm run build && npm run docs:api');
  }
} finally {
  rmSync(work, { recursive: true });
}

/** @returns the reference as one page of Markdown */
function reference() {
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', lib: ['es2024'], strict: true, noEmit: true },
    ...{ types: ['node'], typeRoots: [`${root}node_modules/@types`] },
  };
  const project = write('tsconfig.json', { compilerOptions, files: [TYPES] });
  const declarations = readFileSync(TYPES, 'utf8');
  const table = 'table';
  const options = write('typedoc.json', {
    ...{ entryPoints: [TYPES], tsconfig: project, out: join(work, 'out'), name: 'lamina-build' },
    plugin: [`${modules}/typedoc-plugin-markdown/dist/index.js`],
    ...{ readme: 'none', hideGenerator: true, disableSources: true, logLevel: 'Warn' },
    ...{ excludeExternals: true, groupOrder: ['Functions', 'Classes', '*'] },
    ...{ outputFileStrategy: 'modules', hidePageHeader: true, hideBreadcrumbs: true },
    ...{ parametersFormat: table, interfacePropertiesFormat: table, classPropertiesFormat: table },
    ...{ typeAliasPropertiesFormat: table, typeDeclarationFormat: table, sort: ['source-order'] },
    // The functions are documented as the methods of Lamina.
    ...{ excludeNotDocumented: true, excludeNotDocumentedKinds: ['Variable'] },
    requiredToBeDocumented: ['Function', 'Method', 'Class', 'Interface', 'TypeAlias'],
    validation: { notDocumented: true, notExported: true, invalidLink: true, invalidPath: true },
    // docs/errors.md lists them.
    intentionallyNotExported: declarations.match(/(?<=^type )(?!Error|Warning)\w+Code(?= =)/gm),
    treatWarningsAsErrors: true,
  });
  const typedoc = `${modules}/typedoc/bin/typedoc`;
  const { status } = spawnSync(process.execPath, [typedoc, '--options', options], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the reference cannot be made; see above');
  const page = readFileSync(join(work, 'out/README.md'), 'utf8');
  return page.replace('# lamina-build\n', `# lamina-build\n\n${INTRODUCTION}\n`);
}

function write(name, content) {
  const path = join(work, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
