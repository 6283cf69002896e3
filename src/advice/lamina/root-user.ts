import type { Stage } from '../linted-file.ts';
import { imageParts } from '../making/image-name.ts';
import { adviceRule } from '../making/make.ts';
import { chainOf } from '../making/stage-facts.ts';

/** Tags and names of bases that have another user. */
const OTHER_USER = /nonroot|non-root|rootless|unprivileged/i;

export const rootUser = adviceRule({
  code: 'RootUser',
  severity: 'info',
  requires: 'the final stage sets USER',
  why: 'A process that runs as root and breaks out of its container is root on the host, unless user namespaces are in use.',
  check({ stages }, report) {
    const last = stages.at(-1);
    if (last?.from === undefined) return;
    const chain = [...chainOf(last)];
    if (chain.some(setsUser)) return;
    const root = chain.at(-1) ?? last;
    const { name, tag } = imageParts(root.from?.image.text ?? '');
    if (OTHER_USER.test(`${name}:${tag ?? ''}`) || name.startsWith('$')) return;
    const start = last.instructions.find(({ kind }) => kind === 'cmd' || kind === 'entrypoint');
    if (start === undefined) return;
    report({
      what: 'the final stage does not set USER, so the program runs as root unless the base says otherwise',
      hint: 'add a user, and USER with its number before CMD or ENTRYPOINT',
      range: start.node.keywordRange,
      instruction: start,
    });
  },
});

function setsUser({ instructions }: Stage): boolean {
  return instructions.some(({ kind }) => kind === 'user');
}
