import { instructionRule, unquoted } from '../making/make.ts';

export const dl3067 = instructionRule(
  {
    code: 'DL3067',
    severity: 'warning',
    requires: 'COPY --from does not copy a whole file system into the root',
    why: 'The result has the files of both images, which nobody has tested together, and one layer with all of them.',
  },
  'copy',
  ({ from, sources, destination }) => {
    if (from === undefined || unquoted(destination.text) !== '/') return undefined;
    const root = sources.find(({ text }) => unquoted(text) === '/');
    if (root === undefined) return undefined;
    return {
      what: `COPY brings all files of '${from.text}' into the root`,
      hint: 'base the stage on the other image, or copy the files that you need',
      range: root.range,
    };
  },
);
