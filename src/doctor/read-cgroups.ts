/** Control groups as this process sees them. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { reportDelegation } from '../runtime/index.ts';
import type { CgroupFacts } from './facts.ts';

const HIERARCHY = '/sys/fs/cgroup';

export function readCgroups(): CgroupFacts {
  return {
    ...readHierarchy(),
    ...readControllers(),
    isWritable: canWrite(HIERARCHY),
    delegation: reportDelegation(),
  };
}

function readHierarchy(): Pick<CgroupFacts, 'hierarchy' | 'controllers'> {
  const text = textOf(`${HIERARCHY}/cgroup.controllers`);
  if (text !== undefined) {
    return { hierarchy: 'unified', controllers: text.split(/\s+/).filter(Boolean) };
  }
  const names = existsSync(HIERARCHY) ? readdirSync(HIERARCHY) : [];
  const controllers = names
    .filter((name) => existsSync(`${HIERARCHY}/${name}/cgroup.clone_children`))
    .flatMap((name) => name.split(','));
  const hierarchy = controllers.length > 0 ? 'legacy' : 'none';
  return { hierarchy, controllers: [...new Set(controllers)] };
}

/** `name hierarchy groups enabled` on each line; hierarchy 0 is that of version 2. */
function readControllers(): Pick<CgroupFacts, 'legacy' | 'disabled'> {
  const all = (textOf('/proc/cgroups') ?? '').split('\n').map((line) => line.split(/\s+/));
  const named = (isMeant: (hierarchy?: string, enabled?: string) => boolean) =>
    all.flatMap(([name = '', hierarchy, , enabled]) =>
      enabled !== undefined && isMeant(hierarchy, enabled) ? [name] : [],
    );
  return {
    legacy: named((hierarchy) => hierarchy !== '0'),
    disabled: named((_, enabled) => enabled === '0'),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
