/** Control groups that root makes for a user, as an administrator would; removed on disposal. */
import { chownSync, existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HIERARCHY = '/sys/fs/cgroup';
const CONTROLLERS = ['memory', 'cpu', 'pids'];

export class DelegatedGroups implements Disposable {
  /** The path below the root of each hierarchy. */
  readonly path: string;
  readonly directories: readonly string[];
  /** Whether the machine has cgroup v2 alone. */
  readonly isUnified: boolean;
  /** The beginning of a command line: a program starts in a group below these, which is the user's, too. */
  readonly enter: readonly string[];

  /** @param name the last part of the path */
  constructor(name: string, uid: number) {
    this.path = `/${name}`;
    const isUnified = existsSync(`${HIERARCHY}/cgroup.controllers`);
    this.isUnified = isUnified;
    const roots = isUnified ? [HIERARCHY] : CONTROLLERS.map((one) => join(HIERARCHY, one));
    if (isUnified) {
      const enabled = CONTROLLERS.map((one) => `+${one}`).join(' ');
      writeFileSync(`${HIERARCHY}/cgroup.subtree_control`, enabled);
    }
    this.directories = roots.map((root) => join(root, name));
    const inner = this.directories.map((directory) => join(directory, 'inner'));
    for (const directory of [...this.directories, ...inner]) {
      mkdirSync(directory);
      chownSync(directory, uid, uid);
      for (const file of ['cgroup.procs', 'cgroup.subtree_control']) {
        const path = join(directory, file);
        if (existsSync(path)) chownSync(path, uid, uid);
      }
    }
    const joins = inner.map((directory) => `echo $$ > ${directory}/cgroup.procs`);
    this.enter = ['sh', '-ec', [...joins, 'exec "$@"'].join('\n'), 'sh'];
  }

  /** Groups that were made below, without that of `enter`. */
  leftovers(): readonly string[] {
    return this.directories.flatMap(groupsBelow).filter((path) => !path.endsWith('/inner'));
  }

  [Symbol.dispose](): void {
    for (const directory of this.directories) remove(directory);
  }
}

function groupsIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(directory, name));
}

function groupsBelow(directory: string): string[] {
  return groupsIn(directory).flatMap((path) => [path, ...groupsBelow(path)]);
}

function remove(directory: string): void {
  for (const inner of groupsIn(directory)) remove(inner);
  rmdirSync(directory);
}
