import { beforeAll, describe } from 'vitest';
import { snapshotterSuite } from '../../../test/snapshotter-suite/index.ts';
import { buildRunner } from '../../../test/support/workshop.ts';
import { kernelHasErofs } from '../../system/index.ts';
import { openRuntime } from '../open-runtime.ts';
import type { Isolation, OpenRuntime } from '../process/index.ts';

const withIsolation =
  (isolation: Isolation): OpenRuntime =>
  (options) =>
    openRuntime({ ...options, isolation });

beforeAll(() => buildRunner());

const builtin = withIsolation('builtin');
snapshotterSuite('overlayfs over trees', { openRuntime: builtin, erofs: false });
describe.runIf(kernelHasErofs())('where the kernel mounts EROFS images', () => {
  snapshotterSuite('overlayfs over EROFS images', { openRuntime: builtin, erofs: true });
});

const chroot = withIsolation('chroot');
snapshotterSuite('copies by root', { openRuntime: chroot, erofs: false });
const proot = withIsolation('proot');
snapshotterSuite('copies by a user', { openRuntime: proot, erofs: false, longNames: false });
