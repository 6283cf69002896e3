import type { DiagnosisFinding } from '../api/index.ts';
import { formatPlatform } from '../oci/index.ts';
import type { Facts } from './facts.ts';
import { installing } from './install.ts';

/** Registers what /usr/lib/binfmt.d lists. */
const SYSTEMD = 'sudo systemctl restart systemd-binfmt';

/** The platforms of most images. */
const USUAL = ['linux/amd64', 'linux/arm64'];

export function judgePlatforms(facts: Facts): DiagnosisFinding[] {
  const { emulators, platform, packageManager } = facts;
  if (emulators === undefined) {
    const message = 'trying the programs of other platforms takes too long';
    return [{ topic: 'platforms', status: 'limited', message }];
  }
  const named = (kind: 'kernel' | 'program') =>
    emulators.filter((one) => one.kind === kind).map((one) => formatPlatform(one.platform));
  const [running, halfway] = [named('kernel'), named('program')];
  const message = `programs of ${running.join(', ')} run here`;
  const findings: DiagnosisFinding[] = [{ topic: 'platforms', status: 'ok', message }];
  if (halfway.length > 0) {
    findings.push({
      ...{ topic: 'platforms', status: 'limited' },
      message: `of a step for ${halfway.join(', ')}, only the first program runs, not those that it starts: no emulator is registered with the kernel (binfmt_misc, flag F)`,
      fix: packageManager === 'apt' ? installing('binfmt-support', facts) : SYSTEMD,
    });
  }
  const missing = USUAL.filter((one) => ![...running, ...halfway, platform].includes(one));
  if (missing.length > 0) {
    findings.push({
      ...{ topic: 'platforms', status: 'limited' },
      message: `programs of ${missing.join(', ')} do not run here: RUN in their images fails`,
      fix: installing('qemu-user-static', facts),
    });
  }
  return findings;
}
