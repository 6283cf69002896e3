import { rpmVersionRule } from './rpm-versions.ts';

export const dl3041 = rpmVersionRule(
  {
    code: 'DL3041',
    severity: 'warning',
    requires: 'dnf install names versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  ['dnf', 'microdnf'],
  ['module', 'group'],
);
