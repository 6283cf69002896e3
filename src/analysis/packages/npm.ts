/** npm packages: `package.json` of each directory in a `node_modules`. */
import { type BytePath, parentPath } from '../../files/index.ts';
import type { Contents, Described } from './types.ts';

const MANIFEST = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;

export function isNpmFile(path: BytePath): boolean {
  return MANIFEST.test(path);
}

export function npmPackages(path: BytePath, contents: Contents): Described[] {
  if (!isNpmFile(path)) return [];
  const { name, version } = manifestOf(contents.text(path) ?? '');
  if (name === undefined || version === undefined) return [];
  return [{ type: 'npm', name, version, files: { kind: 'directory', path: parentPath(path) } }];
}

function manifestOf(text: string): { readonly name?: string; readonly version?: string } {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest !== 'object' || manifest === null) return {};
    const { name, version } = manifest as { name?: unknown; version?: unknown };
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof version === 'string' && { version }),
    };
  } catch {
    // Test fixtures of packages are often broken on purpose.
    return {};
  }
}
