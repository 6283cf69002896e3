/** The platforms whose programs run on this machine, by its processor or by an emulator. */
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { hostPlatform, type Platform } from '../../oci/index.ts';
import { emulationFor } from './emulation.ts';

const ARCHITECTURES = [
  ...['amd64', '386', 'arm64', 'arm', 'riscv64', 'ppc64le', 's390x', 'mips64le'],
];

/** @returns the machine's own platform first */
export async function runnablePlatforms(env: Environment): Promise<readonly Platform[]> {
  const host = hostPlatform();
  const found: Platform[] = [host];
  for (const architecture of ARCHITECTURES) {
    if (architecture === host.architecture) continue;
    const platform = { os: 'linux', architecture };
    try {
      await emulationFor(platform, env);
      found.push(architecture === 'arm' ? { ...platform, variant: 'v7' } : platform);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return found;
}
