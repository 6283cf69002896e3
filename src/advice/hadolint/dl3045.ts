import type { Stage } from '../linted-file.ts';
import { instructionRule, unquoted } from '../making/make.ts';

export const dl3045 = instructionRule(
  {
    code: 'DL3045',
    severity: 'warning',
    requires: 'COPY has an absolute destination, or WORKDIR comes before it',
    why: 'A relative destination is in the working directory of the base image, so a new base moves your files.',
  },
  'copy',
  ({ destination, node }, { stage }) => {
    if (/^(?:[$/]|[A-Za-z]:)/.test(unquoted(destination.text))) return undefined;
    if (hasWorkdir(stage, node.range.start.offset)) return undefined;
    return {
      what: `COPY has the relative destination '${destination.text}', and the stage sets no WORKDIR before it`,
      hint: 'set WORKDIR, or begin the destination with a slash',
      range: destination.range,
    };
  },
);

function hasWorkdir({ instructions, parent }: Stage, before: number): boolean {
  const isSet = instructions.some(
    ({ kind, node }) => kind === 'workdir' && node.range.start.offset < before,
  );
  return isSet || (parent !== undefined && hasWorkdir(parent, before));
}
