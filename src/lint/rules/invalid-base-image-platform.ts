import {
  formatPlatform,
  normalizePlatform,
  type Platform,
  parsePlatform,
} from '../../oci/index.ts';
import type { LintFile, Rule } from '../rule.ts';

export const invalidBaseImagePlatform: Rule = {
  name: 'InvalidBaseImagePlatform',
  description: 'a base image is for the platform that is built for',
  check(file, report) {
    for (const { base, from, isNeeded } of file.stages) {
      const config = base.name && isNeeded ? file.facts.imageOf(base.name) : undefined;
      if (config === undefined) continue;
      const wanted = wantedPlatform(base.platform, file);
      const found: Platform = normalizePlatform({
        os: config.os,
        architecture: config.architecture,
      });
      if (wanted === undefined || sameMachine(wanted, found)) continue;
      const isTaken = from.platform === undefined && file.facts.runsHere?.has(found.architecture);
      if (isTaken === true) continue;
      report({
        message: `the base image '${base.name}' is for ${formatPlatform(found)}, the build for ${formatPlatform(wanted)}`,
        hint: 'choose the image of that platform, or say FROM --platform=…',
        range: from.image.range,
        instruction: from,
      });
    }
  },
};

function wantedPlatform(text: string | undefined, { facts }: LintFile): Platform | undefined {
  if (text === undefined || text === '') return facts.platform;
  try {
    return parsePlatform(text);
  } catch {
    // Planning says what is wrong with it.
    return undefined;
  }
}

function sameMachine(left: Platform, right: Platform): boolean {
  return left.os === right.os && left.architecture === right.architecture;
}
