import { yesRule } from './yes-options.ts';

export const dl3038 = yesRule(
  {
    code: 'DL3038',
    severity: 'warning',
    requires: 'dnf install has -y',
    why: 'dnf asks for confirmation, and a build step has no input to answer with.',
  },
  {
    programs: ['dnf', 'microdnf'],
    verbs: ['install', 'groupinstall', 'localinstall'],
    answers: ['y', 'assumeyes'],
    answer: '-y',
  },
);
