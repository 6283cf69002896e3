import { yesRule } from './yes-options.ts';

export const dl3034 = yesRule(
  {
    code: 'DL3034',
    severity: 'warning',
    requires: 'zypper runs without questions',
    why: 'zypper asks for confirmation, and a build step has no input to answer with.',
  },
  {
    programs: ['zypper'],
    verbs: ['install', 'in', 'remove', 'rm', 'source-install', 'si', 'patch'],
    answers: ['non-interactive', 'n', 'no-confirm', 'y'],
    answer: '-y',
  },
);
