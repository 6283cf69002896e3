import { adviceRule } from '../making/make.ts';

const DOWNLOADERS = new Set(['curl', 'wget']);
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'python', 'python3', 'perl', 'node']);

export const downloadPipedToShell = adviceRule({
  code: 'DownloadPipedToShell',
  severity: 'info',
  requires: 'RUN verifies a script before it runs it',
  why: 'Whoever controls the server, today or at the next build, runs code in your build; and the script may change without a sign of it.',
  check({ runs }, report) {
    for (const { script, owner } of runs) {
      for (const pipe of script.pipes) {
        const inside = script.commands.filter(
          ({ start, end }) => start >= pipe.start && end <= pipe.end,
        );
        const from = inside.findIndex(({ name }) => DOWNLOADERS.has(name));
        const to = inside.findLastIndex(({ name }) => SHELLS.has(name.replace(/^.*\//, '')));
        if (from < 0 || to <= from) continue;
        report({
          what: `what ${inside[from]?.name} downloads is run at once`,
          hint: 'use ADD --checksum=sha256:… and run the file, or install a package',
          range: script.rangeOf(pipe),
          instruction: owner,
        });
      }
    }
  },
});
