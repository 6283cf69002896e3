/** Describes a tree of the host in lines; also used outside tests, in namespaces where it is mounted. */

import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { joinPath } from '../../src/files/index.ts';
import { listXattrs } from '../../src/system/index.ts';

/** All metadata of a directory and its content, as text lines; times in whole seconds. */
export function describeTree(root: string, path = ''): string[] {
  const host = Buffer.from(path === '' ? root : `${root}/${path}`, 'latin1');
  const stat = lstatSync(host);
  const xattrs = Object.entries(listXattrs(host.toString('latin1')) ?? {}).sort();
  const target = stat.isSymbolicLink() ? readlinkSync(host, { encoding: 'latin1' }) : '';
  const content = stat.isFile() ? hash('sha1', readFileSync(host)) : '';
  const size = stat.isDirectory() ? 0 : stat.size;
  const links = stat.isDirectory() ? 0 : stat.nlink;
  const isWhiteout = stat.isCharacterDevice() && stat.rdev === 0;
  const time = isWhiteout ? 0 : Math.floor(stat.mtimeMs / 1000);
  const line = [path, stat.mode.toString(8), stat.uid, stat.gid, size, links, stat.rdev, time];
  const lines = [JSON.stringify([...line, target, content, xattrs])];
  if (!stat.isDirectory()) return lines;
  const names = readdirSync(host, { encoding: 'latin1' }).sort();
  return lines.concat(names.flatMap((name) => describeTree(root, joinPath(path, name))));
}
