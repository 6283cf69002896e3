/** Ruby gems: a specification beside the directory of the gem. */
import type { BytePath } from '../../files/index.ts';
import type { Contents, Described } from './types.ts';

const SPECIFICATION = /^(.*)\/specifications\/(?:default\/)?([^/]+)-(\d[^/]*?)\.gemspec$/;

export function isGemFile(path: BytePath): boolean {
  return SPECIFICATION.test(path);
}

/** The name and version are those of the file: the specification itself is a Ruby program. */
export function gemPackages(path: BytePath, _contents: Contents): Described[] {
  const [, root, name, version] = SPECIFICATION.exec(path) ?? [];
  if (root === undefined || name === undefined || version === undefined) return [];
  const directory = `${root}/gems/${name}-${version}`;
  return [{ type: 'gem', name, version, files: { kind: 'directory', path: directory } }];
}
