import { instructionRule } from '../making/make.ts';

export const dl3029 = instructionRule(
  {
    code: 'DL3029',
    severity: 'warning',
    requires: 'FROM has no fixed --platform',
    why: 'A fixed platform makes the image wrong for other machines, whatever platform the build is for.',
  },
  'from',
  ({ platform }) => {
    if (platform === undefined || /(?:BUILD|TARGET)PLATFORM/.test(platform.text)) return undefined;
    return {
      what: `FROM has the fixed platform '${platform.text}'`,
      hint: 'remove it and give --platform to the build, or use $BUILDPLATFORM for a stage of tools',
      range: platform.range,
    };
  },
);
