/** Alpine packages: apk's database of one-letter fields. */
import type { BytePath } from '../../files/index.ts';
import type { Contents, Described } from './types.ts';

export function isApkFile(path: BytePath): boolean {
  return path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed';
}

export function apkPackages(path: BytePath, contents: Contents): Described[] {
  if (!isApkFile(path)) return [];
  return (contents.text(path) ?? '').split('\n\n').flatMap(describe);
}

function describe(record: string): Described[] {
  let [name, version, directory]: (string | undefined)[] = [];
  const paths: BytePath[] = [];
  for (const line of record.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('P:')) name = value;
    else if (line.startsWith('V:')) version = value;
    else if (line.startsWith('F:')) directory = value;
    else if (line.startsWith('R:')) paths.push(directory ? `${directory}/${value}` : value);
  }
  if (name === undefined || version === undefined) return [];
  return [{ type: 'apk', name, version, files: { kind: 'list', paths } }];
}
