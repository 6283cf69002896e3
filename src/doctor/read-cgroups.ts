/** Control groups as this process sees them. */
import { existsSync, readdirSync } from 'node:fs';
import { reportDelegation } from '../runtime/index.ts';
import { isWritable, readKernelFile } from '../system/index.ts';
import type { CgroupFacts } from './facts.ts';

const HIERARCHY = '/sys/fs/cgroup';

export function readCgroups(): CgroupFacts {
  return {
    ...readHierarchy(),
    ...readControllers(),
    isWritable: isWritable(HIERARCHY),
    delegation: reportDelegation(),
  };
}

function readHierarchy(): Pick<CgroupFacts, 'hierarchy' | 'controllers'> {
  const text = readKernelFile(`${HIERARCHY}/cgroup.controllers`);
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
  const all = (readKernelFile('/proc/cgroups') ?? '').split('\n').map((line) => line.split(/\s+/));
  const named = (isMeant: (hierarchy?: string, enabled?: string) => boolean) =>
    all.flatMap(([name = '', hierarchy, , enabled]) =>
      enabled !== undefined && isMeant(hierarchy, enabled) ? [name] : [],
    );
  return {
    legacy: named((hierarchy) => hierarchy !== '0'),
    disabled: named((_, enabled) => enabled === '0'),
  };
}
