/** Control groups as this process sees them. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { CgroupFacts } from './facts.ts';

const HIERARCHY = '/sys/fs/cgroup';

export function readCgroups(): CgroupFacts {
  const isWritable = canWrite(HIERARCHY);
  try {
    const text = readFileSync(`${HIERARCHY}/cgroup.controllers`, 'utf8');
    return { hierarchy: 'unified', controllers: text.split(/\s+/).filter(Boolean), isWritable };
  } catch {
    // Not the unified hierarchy, or none at all.
  }
  const names = existsSync(HIERARCHY) ? readdirSync(HIERARCHY) : [];
  const controllers = names
    .filter((name) => existsSync(`${HIERARCHY}/${name}/cgroup.clone_children`))
    .flatMap((name) => name.split(','));
  const hierarchy = controllers.length > 0 ? 'legacy' : 'none';
  return { hierarchy, controllers: [...new Set(controllers)], isWritable };
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
