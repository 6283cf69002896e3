import { parsePlatform } from '../../oci/index.ts';
import type { Rule } from '../rule.ts';

export const fromPlatformFlagConstDisallowed: Rule = {
  name: 'FromPlatformFlagConstDisallowed',
  description: 'FROM --platform uses a variable, unless the stage name contains the platform',
  check({ stages }, report) {
    for (const { from } of stages) {
      const { platform, stage = '' } = from;
      if (platform === undefined || platform.text === '' || platform.text.includes('$')) continue;
      if (namesOf(platform.text).some((name) => stage.includes(name))) continue;
      report({
        message: `FROM --platform is fixed to '${platform.text}', whatever the build is for`,
        hint: 'use $BUILDPLATFORM or another variable, or put the platform in the stage name',
        range: from.node.range,
        instruction: from,
      });
    }
  },
};

/** Words in the name of a stage for that platform. */
function namesOf(text: string): readonly string[] {
  try {
    const { os, architecture } = parsePlatform(text);
    return [os, architecture];
  } catch {
    // Planning reports the error.
    return [];
  }
}
