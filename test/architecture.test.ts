/**
 * Enforces the import rules of docs/ARCHITECTURE.md on src/: allowed imports, and access through each folder's
 * index.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAY_IMPORT } from './may-import.ts';

const SOURCE = resolve(import.meta.dirname, '../src');

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function topFolderOf(path: string): string {
  return relative(SOURCE, path).split('/')[0] ?? '';
}

/** Subfolders of these have separate lists. */
const LISTED_BY_FOLDER: ReadonlySet<string> = new Set(['builder', 'image', 'runtime']);

/** The name of a file's folder in the import lists. */
function folderOf(path: string): string {
  const [top = '', folder, file] = relative(SOURCE, path).split('/');
  return LISTED_BY_FOLDER.has(top) && file !== undefined ? `${top}/${folder}` : top;
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:from|import)\s*\(?\s*'([^']+)'/g;
  return [...text.matchAll(pattern)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

const files = sourceFiles(SOURCE);
const shipped = files.filter((file) => !file.endsWith('.test.ts'));
const relativeImports: Import[] = shipped.flatMap((file) =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => {
      const resolved = resolve(dirname(file), target);
      return {
        file: relative(SOURCE, file),
        from: topFolderOf(file),
        to: topFolderOf(resolved),
        target: resolved,
      };
    }),
);

/** All import cycles, each once. */
function cyclesIn(targets: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const clear = new Set<string>();
  const cycles: string[][] = [];
  const visit = (one: string, path: readonly string[]): void => {
    if (clear.has(one)) return;
    const begin = path.indexOf(one);
    if (begin >= 0) {
      cycles.push(path.slice(begin));
      return;
    }
    for (const target of targets.get(one) ?? []) visit(target, [...path, one]);
    clear.add(one);
  };
  for (const one of targets.keys()) visit(one, []);
  return cycles;
}

describe('the architecture', () => {
  it('has an import list for every folder, and for nothing else', () => {
    const folders = new Set(shipped.map(folderOf));
    expect(Object.keys(MAY_IMPORT).sort()).toEqual([...folders].sort());
  });

  it('lets a folder import only what its list allows, and has no unused entries', () => {
    const imported = new Map(
      [...Object.keys(MAY_IMPORT)].map((folder) => [folder, new Set<string>()]),
    );
    for (const { file, target } of relativeImports) {
      const from = folderOf(join(SOURCE, file));
      const to = folderOf(target);
      if (from !== to) imported.get(from)?.add(to);
    }
    const arrows = [...imported].flatMap(([from, names]) =>
      [...names].map((to) => `${from} → ${to}`),
    );
    const allowed = Object.entries(MAY_IMPORT).flatMap(([from, names]) =>
      names.map((to) => `${from} → ${to}`),
    );
    expect(arrows.sort()).toEqual(allowed.sort());
  });

  it('lists a folder after those it may import', () => {
    const order = Object.keys(MAY_IMPORT);
    const upward = Object.entries(MAY_IMPORT).flatMap(([from, names]) =>
      names.filter((to) => order.indexOf(to) >= order.indexOf(from)).map((to) => `${from} → ${to}`),
    );
    expect(upward).toEqual([]);
  });

  it('lets other folders in only through the door', () => {
    const bypassing = relativeImports.filter((one) => {
      if (one.from === one.to || one.to.endsWith('.ts')) return false;
      return relative(join(SOURCE, one.to), one.target) !== 'index.ts';
    });
    expect(bypassing.map((one) => `${one.file} → ${relative(SOURCE, one.target)}`)).toEqual([]);
  });

  it('keeps api/ to types, without code that runs', () => {
    const running = shipped.filter(
      (file) =>
        topFolderOf(file) === 'api' &&
        /^(import|export) (?!type |interface )/m.test(readFileSync(file, 'utf8')),
    );
    expect(running).toEqual([]);
  });

  it('has no import cycles between folders', () => {
    const targets = new Map<string, Set<string>>();
    for (const { file, target } of relativeImports) {
      const [from, to] = [folderOf(join(SOURCE, file)), folderOf(target)];
      if (from !== to) targets.set(from, (targets.get(from) ?? new Set()).add(to));
    }
    expect(cyclesIn(targets)).toEqual([]);
  });

  it('has no import cycles between files', () => {
    const targets = new Map<string, Set<string>>();
    for (const { file, target } of relativeImports) {
      const [from, to] = [file, relative(SOURCE, target)];
      targets.set(from, (targets.get(from) ?? new Set()).add(to));
    }
    expect(cyclesIn(targets)).toEqual([]);
  });

  it('re-exports only from doors', () => {
    const reexporting = shipped.filter((file) => {
      if (file.endsWith('/index.ts')) return false;
      return /^export (type )?(\*|\{[^}]*\}) from/m.test(readFileSync(file, 'utf8'));
    });
    expect(reexporting.map((file) => relative(SOURCE, file))).toEqual([]);
  });
});

describe('the edges of the program', () => {
  const outsideOf = (folders: readonly string[], pattern: RegExp) =>
    shipped
      .filter((file) => !folders.includes(topFolderOf(file)))
      .filter((file) => pattern.test(readFileSync(file, 'utf8')))
      .map((file) => relative(SOURCE, file));

  it('keeps foreign function calls in system/', () => {
    expect(outsideOf(['system'], /['"]koffi['"]/)).toEqual([]);
  });

  it('keeps printing, arguments and exits in cli/ (and in the runner, a separate program)', () => {
    const printing = outsideOf(
      ['cli'],
      /process\.(argv|exit\(|stdout\.write|stderr\.write)|console\./,
    );
    expect(printing.filter((file) => file !== 'runtime/oci/runner-main.ts')).toEqual([]);
  });

  it('reads the environment of the process in cli/ and for the default of an instance', () => {
    expect(outsideOf(['cli', 'lamina.ts'], /(?<!`)process\.env\b/)).toEqual([]);
  });

  it('keeps checks of the user, namespaces and attributes of overlayfs in few files', () => {
    const asking = outsideOf(['system', 'base'], /\bisRoot\(|\bisInUserNamespace\(|\bunshare\b/);
    const naming = outsideOf(['system'], /\b(trusted|user)\.overlay\.opaque/);
    const elsewhere = [...asking, ...naming].filter(
      (file) => !/^runtime\/(oci|cgroups|builtin|network|isolation)\//.test(file),
    );
    // A user's command enters a namespace; others try overlayfs for a diagnosis, and tell it who the user is, choose root's store directory, and whether device nodes can be exported.
    expect(elsewhere).toEqual([
      'cli/user-namespace.ts',
      'doctor/read-layers.ts',
      'doctor/read-user.ts',
      'export/export-local.ts',
      'store/default-root.ts',
      'user-namespace/new-namespace.ts',
    ]);
  });

  it('keeps input and output out of the pure folders', () => {
    const pure = shipped.filter((file) =>
      ['dockerfile', 'graph', 'oci', 'files', 'llb'].includes(topFolderOf(file)),
    );
    const impure = pure.filter((file) =>
      /node:(fs|net|http|https|child_process|worker_threads)/.test(readFileSync(file, 'utf8')),
    );
    expect(impure.map((file) => relative(SOURCE, file))).toEqual([]);
  });
});
