/** What differs on a daemon of another builder, case by case, and why. docs/builders.md says it in short. */
import { type Lack, lacking } from '../lacks.ts';

export const DAEMONS = ['buildkit', 'docker'] as const;
export type DaemonName = (typeof DAEMONS)[number];

const LACKS: readonly Lack<DaemonName>[] = [
  {
    reason:
      'the daemon leaves the `.git` file of a submodule, which names a directory of the daemon',
    where: ['buildkit'],
    cases: ['1.9-add-git/submodules', '1.9-add-git/submodules true'],
  },
  {
    reason: 'BuildKit 0.8 leaves the mount points that it made in the layer',
    where: ['docker'],
    cases: [
      '1.8-mounts/bind with rw',
      '1.8-mounts/bind from a stage with source',
      '1.8-mounts/bind from a named context',
      '1.8-mounts/mount points leave nothing',
      '1.8-mounts/cache keeps',
      '1.8-mounts/cache mode and owner',
      '1.8-mounts/secret with owner',
      '1.8-mounts/ssh',
    ],
  },
  {
    reason: 'BuildKit 0.8 is too old for it: lamina says so before the build',
    where: ['docker'],
    cases: ['1.9-copy-options/exclude', '1.9-add-git/subdirectory'],
  },
  {
    reason: 'BuildKit 0.8 gives the members of an archive no other owner',
    where: ['docker'],
    cases: ['1.9-add/chown of an archive'],
  },
];

/** @returns case → the reason */
export function cannot(daemon: DaemonName): ReadonlyMap<string, string> {
  return lacking(LACKS, daemon);
}
