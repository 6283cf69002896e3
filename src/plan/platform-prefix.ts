/** The platform of a step, as a part of its name. */
import type { Op } from '../graph/index.ts';
import { formatPlatform, type Platform } from '../oci/index.ts';

const TARGET_VARIABLE = /^TARGET(?:PLATFORM|OS|ARCH|VARIANT)=/;

/** `linux/arm64`, and `linux/amd64->arm64` for a process that builds for another platform. */
export function platformPrefix(platform: Platform, target: Platform, op: Op): string {
  const own = formatPlatform(platform);
  const isTold = op.kind === 'exec' && op.env.some((variable) => TARGET_VARIABLE.test(variable));
  if (!isTold || own === formatPlatform(target)) return own;
  const { architecture, variant } = target;
  const short = variant === undefined ? architecture : `${architecture}/${variant}`;
  return `${own}->${platform.os === target.os ? short : formatPlatform(target)}`;
}
