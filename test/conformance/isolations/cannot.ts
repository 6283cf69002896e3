/** What lamina cannot do on each machine, case by case, and why. docs/isolation.md says it in short. */
import { type Lack, lacking } from '../lacks.ts';
import type { MachineName } from './machines.ts';

const WITHOUT_NAMESPACES = ['container', 'restricted'] as const;
const WITH_ONE_ID = ['one-id', 'restricted'] as const;

const LACKS: readonly Lack<MachineName>[] = [
  {
    reason: 'there is no network of its own: --network=none is refused',
    where: WITHOUT_NAMESPACES,
    cases: [
      '1.0-channels/old version and --security',
      '1.4-heredocs/run with flags',
      '1.8-run/network none',
      '1.8-run/network for all',
      '2.1-history/run flags',
      '2.2-cache/network of RUN',
      '2.2-cache-inputs/network for all',
      '2.2-cache-inputs/network none removed',
    ],
  },
  {
    reason: 'nothing can be mounted read-only: what is written is thrown away',
    where: WITHOUT_NAMESPACES,
    cases: [
      '1.8-mounts/bind is read-only',
      '1.8-mounts/bind with readwrite=false',
      '1.8-mounts/bind with ro',
      '1.8-mounts/cache read-only',
      '1.8-mounts/secret is read-only',
      '1.8-run/hosts file is read-only',
    ],
  },
  {
    reason: 'nothing can be mounted with a size',
    where: WITHOUT_NAMESPACES,
    cases: ['1.8-mounts/tmpfs size', '1.8-run/shared memory', '1.8-run/shared memory by default'],
  },
  {
    reason: 'the host name is that of the container',
    where: WITHOUT_NAMESPACES,
    cases: ['1.6-args/sandbox host name', '1.8-run/host name'],
  },
  {
    reason: 'a process is not the first one of its container',
    where: WITHOUT_NAMESPACES,
    cases: ['1.8-run/killed by a signal', '1.8-run/process number'],
  },
  {
    reason: '/proc has only files about the machine, none about processes',
    where: ['container'],
    cases: [
      '1.4-heredocs/run with a numbered document',
      '1.6-args/set again',
      '1.8-run/capabilities',
      '1.8-run/no new privileges',
      '1.8-run/mounts',
      '1.8-run/read-only proc',
      '1.8-run/security insecure allowed',
    ],
  },
  {
    reason: '/proc and the mounts are those of the container, and so are the privileges',
    where: ['restricted'],
    cases: [
      '1.8-run/capabilities',
      '1.8-run/no new privileges',
      '1.8-run/mounts',
      '1.8-run/security insecure allowed',
    ],
  },
  {
    reason: 'processes have no supplementary groups',
    where: ['restricted'],
    cases: [
      '1.5-from/base with a user',
      '1.8-run/user by name',
      '1.8-run/user by number',
      '1.8-run/user root',
      '1.8-run/no user',
    ],
  },
  {
    reason: 'device nodes cannot be made',
    where: ['user', 'one-id', 'restricted'],
    cases: [
      '1.8-run/device nodes',
      '1.8-run/hard links to a pipe and a device',
      '1.9-copy-metadata/device from a stage',
      '1.9-copy-options/flag from hard links in a stage',
    ],
  },
  {
    reason: 'root of a user namespace is not root of the machine',
    where: ['user', 'one-id'],
    cases: ['1.8-run/masked paths', '1.8-run/security insecure allowed'],
  },
  {
    reason: 'the usual devices are mounted one by one: nodes would have no effect',
    where: ['no-runtime', 'user', 'one-id'],
    cases: ['1.8-run/mounts'],
  },
  {
    reason: 'every process is root, and in no other group',
    where: ['one-id'],
    cases: [
      '1.5-from/base with a user',
      '1.8-run/user by name',
      '1.8-run/user by number',
      '1.8-run/user by unknown number',
      '1.8-run/user and group by number',
      '1.8-run/user and group by name',
      '1.8-run/user without an own group',
      '1.8-run/user root',
      '1.8-run/no user',
      '1.8-run/user made in the build',
    ],
  },
  {
    reason: 'only 65,536 IDs are there',
    where: ['user'],
    cases: ['1.8-run/owners', '1.8-run/large uid'],
  },
  {
    reason: 'all files belong to one user: owners that a step sets have no effect',
    where: WITH_ONE_ID,
    cases: [
      '1.8-run/owners',
      '1.8-run/large uid',
      '1.8-run/rename a directory',
      '1.8-mounts/cache mode and owner',
      '1.8-mounts/cache seeded with a directory of somebody',
      '1.8-mounts/secret with owner',
      '1.8-mounts/secret of another user',
      '1.8-mounts/ssh with owner and mode',
      '1.8-mounts/bind of a directory with a mode',
      '1.9-copy-options/flag from stage',
      '1.9-copy-options/flag from index',
      '1.9-copy-options/flag from wildcard',
      '1.9-copy-options/flag from link in a stage',
      '1.9-copy-options/flag from ignore file has no part',
      '1.9-copy-capabilities/RUN that changes the owner',
      '2.2-cache-sources/copy from a stage whose owner changes',
    ],
  },
  {
    reason: 'a process sees all files as its own',
    where: ['restricted'],
    cases: ['1.8-mounts/run as a user with a bind'],
  },
  {
    reason: 'a directory that its owner may not enter cannot be unpacked',
    where: ['restricted'],
    cases: ['1.9-add/remote archive'],
  },
  {
    reason: 'ssh works only for users that /etc/passwd knows',
    where: ['restricted'],
    cases: [
      '1.9-add-git/ssh',
      '1.9-add-git/ssh subdirectory',
      '1.9-add-git/ssh checksum',
      '1.9-add-git/ssh by two ids',
    ],
  },
];

/** @returns case → the reason */
export function cannot(machine: MachineName): ReadonlyMap<string, string> {
  return lacking(LACKS, machine);
}
