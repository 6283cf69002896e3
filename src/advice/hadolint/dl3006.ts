import { imageParts } from '../making/image-name.ts';
import { instructionRule } from '../making/make.ts';

export const dl3006 = instructionRule(
  {
    code: 'DL3006',
    severity: 'warning',
    requires: 'FROM names a tag or a digest',
    why: 'Without a tag the base is whatever is newest when the build runs, so a rebuild may bring another major version.',
  },
  'from',
  ({ image }, { stage }) => {
    const { name, tag, digest } = imageParts(image.text);
    if (digest !== undefined || tag !== undefined) return undefined;
    if (name === 'scratch' || name.startsWith('$') || stage.parent !== undefined) return undefined;
    return {
      what: `the base image '${name}' has no tag`,
      hint: `name the version that you tested, as in ${name}:1.2, or a digest`,
      range: image.range,
    };
  },
);
