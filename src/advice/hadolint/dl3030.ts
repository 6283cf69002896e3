import { yesRule } from './yes-options.ts';

export const dl3030 = yesRule(
  {
    code: 'DL3030',
    severity: 'warning',
    requires: 'yum install has -y',
    why: 'yum asks for confirmation, and a build step has no input to answer with.',
  },
  {
    programs: ['yum'],
    verbs: ['install', 'groupinstall', 'localinstall'],
    answers: ['y', 'assumeyes'],
    answer: '-y',
  },
);
