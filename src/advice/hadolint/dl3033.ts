import { rpmVersionRule } from './rpm-versions.ts';

export const dl3033 = rpmVersionRule(
  {
    code: 'DL3033',
    severity: 'warning',
    requires: 'yum install names versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  ['yum'],
  ['module'],
);
