import { replace, safeFix } from '../edits.ts';
import { commandRule } from '../making/make.ts';

/** Verbs that both programs have, with the one that has them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  autoclean: 'apt-get',
  autoremove: 'apt-get',
  'build-dep': 'apt-get',
  clean: 'apt-get',
  download: 'apt-get',
  install: 'apt-get',
  purge: 'apt-get',
  remove: 'apt-get',
  source: 'apt-get',
  update: 'apt-get',
  upgrade: 'apt-get',
  depends: 'apt-cache',
  policy: 'apt-cache',
  rdepends: 'apt-cache',
  search: 'apt-cache',
  show: 'apt-cache',
};

export const dl3027 = commandRule(
  {
    code: 'DL3027',
    severity: 'warning',
    requires: 'RUN uses apt-get and apt-cache, not apt',
    why: 'The command line of apt is for people and may change between releases; apt itself warns of that when its output is not a terminal.',
  },
  (command, { script }) => {
    if (command.name !== 'apt') return undefined;
    const verb = command.words.find(({ value }) => !value.startsWith('-'))?.value ?? '';
    const program = PROGRAMS[verb];
    const name = { start: command.start, end: command.start + 'apt'.length };
    const isPlain = !script.isExec && script.text.slice(name.start, name.end + 1) === 'apt ';
    return {
      what: 'RUN uses apt',
      hint: `use ${program ?? 'apt-get'}`,
      span: isPlain ? name : undefined,
      fix:
        isPlain && program !== undefined
          ? safeFix(`use ${program}`, replace(script.rangeOf(name), program))
          : undefined,
    };
  },
);
