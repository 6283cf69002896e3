import { formatPlatform, normalizePlatform, type Platform } from '../../oci/index.ts';
import type { Rule } from '../rule.ts';

export const invalidBaseImagePlatform: Rule = {
  name: 'InvalidBaseImagePlatform',
  description: 'base images match the platform of the build',
  check(file, report) {
    const { imageOf, runsHere, wantsAllStages } = file.facts;
    for (const { base, from, isNeeded } of file.stages) {
      const { name, wanted } = base;
      if (name === undefined || wanted === undefined) continue;
      const config = isNeeded || wantsAllStages === true ? imageOf(name, wanted) : undefined;
      if (config === undefined) continue;
      const found: Platform = normalizePlatform({
        os: config.os,
        architecture: config.architecture,
      });
      if (sameMachine(wanted, found)) continue;
      const isTaken = from.platform === undefined && runsHere?.has(found.architecture);
      if (isTaken === true) continue;
      report({
        message: `base image '${name}' is for ${formatPlatform(found)}, but the build is for ${formatPlatform(wanted)}`,
        hint: 'use an image for that platform, or write FROM --platform=…',
        range: from.image.range,
        instruction: from,
      });
    }
  },
};

function sameMachine(left: Platform, right: Platform): boolean {
  return left.os === right.os && left.architecture === right.architecture;
}
