import { insertAt, safeFix } from '../edits.ts';
import { instructionRule, unquoted } from '../making/make.ts';

export const dl3021 = instructionRule(
  {
    code: 'DL3021',
    severity: 'error',
    requires: 'COPY of several sources has a destination that ends with a slash',
    why: 'Several files need a directory as their destination, and the builder takes a name without a slash for a file.',
  },
  'copy',
  ({ sources, files, destination, node }) => {
    if (sources.length + files.length < 2 || unquoted(destination.text).endsWith('/')) {
      return undefined;
    }
    const isPlain = !node.line.text.startsWith('[') && !/["']$/.test(destination.text);
    return {
      what: `COPY has several sources, but '${destination.text}' does not end with a slash`,
      hint: 'end the destination with a slash',
      range: destination.range,
      fix: isPlain ? safeFix('add the slash', insertAt(destination.range.end, '/')) : undefined,
    };
  },
);
