/** Judges control groups: whether limits of memory, processor time and processes can be enforced. */
import type { DiagnosisFinding } from '../api/index.ts';
import type { CgroupFacts, Facts } from './facts.ts';

/** The controllers that `--memory`, `--cpus` and `--pids-limit` need. */
const CONTROLLERS = ['memory', 'cpu', 'pids'];

export function judgeLimits({ cgroups, isolations }: Facts): DiagnosisFinding[] {
  const { hierarchy, controllers, isWritable, delegation } = cgroups;
  if (hierarchy === 'none') {
    return limited('there are no control groups', 'mount -t cgroup2 cgroup2 /sys/fs/cgroup');
  }
  const missing = CONTROLLERS.filter((name) => !controllers.includes(name));
  const version = hierarchy === 'unified' ? 'v2' : 'v1';
  if (missing.length > 0) {
    const { why, fix } = whyMissing(missing, cgroups);
    return limited(`cgroup ${version} lacks the controllers ${missing.join(', ')}${why}`, fix);
  }
  const isOfUser = isolations.some(({ isolation, works }) => isolation === 'userns' && works);
  if (delegation !== undefined && isOfUser) {
    if (delegation.missing.length === 0) return works(`control groups of this user, ${version}`);
    const what = delegation.missing.join(', ');
    return limited(`no control group of this user limits ${what}`, delegation.advice);
  }
  if (delegation !== undefined)
    return limited('control groups belong to root', 'run lamina with sudo');
  if (!isWritable) {
    return limited(
      '/sys/fs/cgroup is read-only',
      'start the container with --privileged, or with --cgroupns=private and a writable /sys/fs/cgroup',
    );
  }
  return works(`cgroup ${version}`);
}

/** A controller is in one hierarchy at a time, and a parent may keep it from the groups in it. */
function whyMissing(
  missing: readonly string[],
  { hierarchy, legacy, disabled }: CgroupFacts,
): { readonly why: string; readonly fix: string | undefined } {
  const off = missing.filter((name) => disabled.includes(name));
  if (off.length > 0) return { why: '', fix: `start Linux with cgroup_enable=${off.join(',')}` };
  if (hierarchy !== 'unified') {
    const mounts = missing.map((name) => {
      const directory = `/sys/fs/cgroup/${name}`;
      return `mkdir -p ${directory} && mount -t cgroup -o ${name} ${name} ${directory}`;
    });
    return { why: '', fix: mounts.join(' && ') };
  }
  if (missing.some((name) => legacy.includes(name))) {
    return {
      why: ', which belong to cgroup v1 on this machine',
      fix: 'show cgroup v1 in place of v2: start the container with -v /sys/fs/cgroup:/sys/fs/cgroup; or start Linux with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=all',
    };
  }
  return {
    why: '',
    fix: `enable them in the parent of this control group: echo ${missing.map((name) => `+${name}`).join(' ')} > cgroup.subtree_control`,
  };
}

function works(by: string): DiagnosisFinding[] {
  return [{ topic: 'limits', status: 'ok', message: `limits are enforced by ${by}` }];
}

function limited(message: string, fix: string | undefined): DiagnosisFinding[] {
  const all = `${message}: --memory, --cpus do not work`;
  return [{ topic: 'limits', status: 'limited', message: all, fix }];
}
