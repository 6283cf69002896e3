import { imageParts } from '../making/image-name.ts';
import { instructionRule } from '../making/make.ts';

export const dl3007 = instructionRule(
  {
    code: 'DL3007',
    severity: 'warning',
    requires: 'FROM does not use the tag latest',
    why: 'The tag moves with each release, so a rebuild may bring another major version without a change in the file.',
  },
  'from',
  ({ image }) => {
    const { name, tag, digest } = imageParts(image.text);
    if (tag !== 'latest' || digest !== undefined) return undefined;
    return {
      what: `the base image '${name}' has the tag latest`,
      hint: 'name the version that you tested, or add a digest',
      range: image.range,
    };
  },
);
