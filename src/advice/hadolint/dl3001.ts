import { commandRule } from '../making/make.ts';

const POINTLESS = new Set([
  'free',
  'kill',
  'mount',
  'ps',
  'service',
  'shutdown',
  'ssh',
  'top',
  'vim',
]);

export const dl3001 = commandRule(
  {
    code: 'DL3001',
    severity: 'info',
    requires: 'RUN uses no program for a running system',
    why: 'Nothing but the step itself runs during a build: there are no services, terminals or other processes.',
  },
  ({ name }) =>
    POINTLESS.has(name)
      ? {
          what: `'${name}' has no use in a build step`,
          hint: `remove ${name}; start programs with CMD or ENTRYPOINT`,
        }
      : undefined,
);
