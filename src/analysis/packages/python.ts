/** Python packages: the metadata that pip and its like install beside them. */
import { type BytePath, joinPath, parentPath } from '../../files/index.ts';
import { fieldsOf, paragraphsOf } from './paragraphs.ts';
import type { Contents, Described } from './types.ts';

const WHEEL = /\.dist-info\/METADATA$/;
const EGG = /\.egg-info(?:\/PKG-INFO)?$/;

export function isPythonFile(path: BytePath): boolean {
  return WHEEL.test(path) || EGG.test(path) || /\.dist-info\/RECORD$/.test(path);
}

export function pythonPackages(path: BytePath, contents: Contents): Described[] {
  if (!WHEEL.test(path) && !EGG.test(path)) return [];
  const fields = fieldsOf(paragraphsOf(contents.text(path) ?? '')[0] ?? '');
  const [name, version] = [fields.get('name'), fields.get('version')];
  if (name === undefined || version === undefined) return [];
  const directory = path.endsWith('.egg-info') ? path : parentPath(path);
  const paths = recorded(directory, contents) ?? besides(directory, contents) ?? [path];
  return [{ type: 'pypi', name, version, files: { kind: 'list', paths } }];
}

/** `RECORD` lists files relative to the directory that packages are in, as CSV. */
function recorded(directory: BytePath, contents: Contents): BytePath[] | undefined {
  const text = contents.text(`${directory}/RECORD`);
  return text?.split(/\r?\n/).flatMap((line) => {
    const name = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line);
    const path = name?.[1]?.replaceAll('""', '"') ?? name?.[2] ?? '';
    if (path === '') return [];
    return resolvePath(parentPath(directory), path);
  });
}

/** `installed-files.txt` lists files relative to itself. */
function besides(directory: BytePath, contents: Contents): BytePath[] | undefined {
  const text = contents.text(`${directory}/installed-files.txt`);
  return text?.split(/\r?\n/).flatMap((line) => (line === '' ? [] : resolvePath(directory, line)));
}

function resolvePath(directory: BytePath, path: string): BytePath {
  if (path.startsWith('/')) return path.slice(1);
  let at = directory;
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    at = name === '..' ? parentPath(at) : joinPath(at, name);
  }
  return at;
}
