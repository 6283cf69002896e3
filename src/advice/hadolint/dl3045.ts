import { instructionRule, unquoted } from '../making/make.ts';
import { stageFacts } from '../making/stage-facts.ts';

export const dl3045 = instructionRule(
  {
    code: 'DL3045',
    severity: 'warning',
    requires: 'COPY has an absolute destination, or WORKDIR comes before it',
    why: 'A relative destination is in the working directory of the base image, so a new base moves your files.',
  },
  'copy',
  ({ destination, node }, { stage }, file) => {
    if (/^(?:[$/]|[A-Za-z]:)/.test(unquoted(destination.text))) return undefined;
    const workdir = firstWorkdir(file)[stage.index];
    if (workdir !== undefined && workdir < node.range.start.offset) return undefined;
    return {
      what: `COPY has the relative destination '${destination.text}', and the stage sets no WORKDIR before it`,
      hint: 'set WORKDIR, or begin the destination with a slash',
      range: destination.range,
    };
  },
);

/** The first offset at which WORKDIR is set, also in the stages below. */
const firstWorkdir = stageFacts<number | undefined>(
  ({ instructions }, ofParent) =>
    ofParent ?? instructions.find(({ kind }) => kind === 'workdir')?.node.range.start.offset,
);
