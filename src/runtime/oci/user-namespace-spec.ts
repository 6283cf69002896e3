/** What of a specification root of a user namespace cannot do. */
import { hasOneId } from '../../system/index.ts';
import type { OciMount, OciSpec, OciSyscallRule } from '../process/oci-types.ts';

/**
 * - /sys belongs to the network: that of the machine is mounted from outside, read-only with all that is mounted below,
 *   since control groups may be the user's
 * - a group that has no id in the namespace cannot own terminals
 * - with one id there are no other users: every process is root, and changes of owners succeed without effect
 */
export function forUserNamespace(spec: OciSpec): OciSpec {
  const isPrivate = spec.linux.namespaces.some(({ type }) => type === 'network');
  const mounts = spec.mounts.flatMap((mount): OciMount[] => {
    if (mount.type === 'sysfs' && !isPrivate) {
      const options = ['rbind', 'ro', 'rro', 'nosuid', 'noexec'];
      return [{ ...mount, type: 'bind', source: '/sys', options }];
    }
    if (mount.type === 'devpts' && hasOneId()) {
      return [{ ...mount, options: mount.options.filter((option) => !option.startsWith('gid=')) }];
    }
    return [mount];
  });
  const hidden = (path: string) => isPrivate || !path.startsWith('/sys/');
  const one = hasOneId();
  return {
    ...spec,
    process: one ? { ...spec.process, user: { ...spec.process.user, ...ROOT } } : spec.process,
    mounts,
    linux: {
      ...spec.linux,
      ...(one && pretendingOwners(spec)),
      maskedPaths: spec.linux.maskedPaths.filter(hidden),
    },
  };
}

const ROOT = { uid: 0, gid: 0, additionalGids: [] };

/** Package managers set owners and groups of files, and end when they cannot. */
function pretendingOwners({ linux: { seccomp } }: OciSpec): Pick<OciSpec['linux'], 'seccomp'> {
  if (seccomp === undefined) return {};
  const names = ['chown', 'fchown', 'lchown', 'setgroups'].flatMap((name) => [name, `${name}32`]);
  const pretend: OciSyscallRule = {
    names: [...names, 'fchownat'],
    action: 'SCMP_ACT_ERRNO',
    errnoRet: 0,
  };
  // A call that is also allowed would be made.
  const others = seccomp.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((name) => !pretend.names.includes(name)),
  }));
  return { seccomp: { ...seccomp, syscalls: [...others, pretend] } };
}
