import { imageParts } from '../making/image-name.ts';
import { instructionRule } from '../making/make.ts';

export const baseWithoutDigest = instructionRule(
  {
    code: 'BaseWithoutDigest',
    severity: 'ignore',
    requires: 'FROM names a digest',
    why: 'A tag can be moved. With a digest a rebuild gets the same bytes, and a bot can propose new ones.',
  },
  'from',
  ({ image }, { stage }) => {
    const { name, tag, digest } = imageParts(image.text);
    if (digest !== undefined || stage.parent !== undefined || name === 'scratch') return undefined;
    if (image.text.includes('$')) return undefined;
    return {
      what: `the base image '${name}' has no digest`,
      hint: `write ${name}:${tag ?? 'TAG'}@sha256:…; 'lamina imagetools inspect' shows it`,
      range: image.range,
    };
  },
);
