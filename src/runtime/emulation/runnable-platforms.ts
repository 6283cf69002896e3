/** The platforms whose programs run on this machine, by its processor or by an emulator. */
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { hostPlatform, type Platform } from '../../oci/index.ts';
import { emulationFor } from './emulation.ts';

const ARCHITECTURES = [
  ...['amd64', '386', 'arm64', 'arm', 'riscv64', 'ppc64le', 's390x', 'mips64le'],
];

/** How programs of one platform run here. */
export interface Emulator {
  readonly platform: Platform;
  /**
   * `kernel`: as they are, by the processor or by what the kernel starts for them. `program`: an emulator runs the
   * first program of a step, but none that it starts.
   */
  readonly kind: 'kernel' | 'program';
}

/** @returns the machine's own platform first */
export async function runnablePlatforms(env: Environment): Promise<readonly Platform[]> {
  return (await emulators(env)).map(({ platform }) => platform);
}

/** How the programs of each platform run here: the machine's own first; none for those that do not run. */
export async function emulators(env: Environment): Promise<readonly Emulator[]> {
  const host = hostPlatform();
  const found: Emulator[] = [{ platform: host, kind: 'kernel' }];
  for (const architecture of ARCHITECTURES) {
    if (architecture === host.architecture) continue;
    const variant = architecture === 'arm' ? { variant: 'v7' } : {};
    const platform = { os: 'linux', architecture };
    try {
      const { kind } = await emulationFor(platform, env);
      found.push({
        platform: { ...platform, ...variant },
        kind: kind === 'none' ? 'kernel' : 'program',
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return found;
}
