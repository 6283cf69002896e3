import { replace, safeFix } from '../edits.ts';
import { instructionRule } from '../making/make.ts';

export const dl3065 = instructionRule(
  {
    code: 'DL3065',
    severity: 'warning',
    requires: 'FROM does not set --platform to the platform of the build',
    why: 'That is the default. The flag says nothing, and readers look for the reason.',
  },
  'from',
  ({ platform, image, node }) => {
    if (
      platform === undefined ||
      !/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform.text)
    ) {
      return undefined;
    }
    const [flag] = node.flags;
    const isOnly = node.flags.length === 1 && flag !== undefined;
    return {
      what: '--platform=$TARGETPLATFORM is the default',
      hint: 'remove the flag',
      range: flag?.range ?? platform.range,
      fix: isOnly
        ? safeFix(
            'remove the flag',
            replace({ start: flag.range.start, end: image.range.start }, ''),
          )
        : undefined,
    };
  },
);
