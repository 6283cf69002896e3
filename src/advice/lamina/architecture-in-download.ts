import { sliceOf } from '../../dockerfile/index.ts';
import { adviceRule } from '../making/make.ts';

const BOUND =
  /https?:\/\/[^\s"'|;&)]{0,300}(?:amd64|x86_64|x86-64|linux64|linux-x64|arm64|aarch64|armv7)[^\s"'|;&)]{0,300}/;

export const architectureInDownload = adviceRule({
  code: 'ArchitectureInDownload',
  severity: 'info',
  requires: 'downloads are for the architecture that the build is for',
  why: 'On another machine, or with --platform, the image gets a program that does not run there.',
  check({ steps, tree }, report) {
    for (const { instruction, owner, stage } of steps) {
      if (instruction.kind !== 'run' && instruction.kind !== 'add') continue;
      if (stage.from?.platform !== undefined) continue;
      const { extent } = instruction.node;
      const text = sliceOf(tree.text, extent);
      // The script asks for the architecture.
      if (/TARGETARCH|TARGETPLATFORM|dpkg --print-architecture|uname|\barch\b/.test(text)) continue;
      const match = BOUND.exec(text);
      if (match === null) continue;
      const start = extent.start.offset + match.index;
      report({
        what: 'the address of the download names an architecture',
        hint: 'declare ARG TARGETARCH and use it in the address',
        range: tree.source.range(start, start + match[0].length),
        instruction: owner,
      });
    }
  },
});
