import type { FlagTable } from './flags.ts';

const NO_DAEMON =
  'there is no daemon to connect to; a build can use one: lamina build --builder ADDRESS';

/** Options before the command. */
export const globalFlags = {
  root: { kind: 'text', value: 'directory', help: 'directory of the store' },
  debug: { kind: 'switch', short: 'D', help: 'show stack traces of errors' },
  version: { kind: 'switch', short: 'v', help: 'print the version' },
  context: {
    kind: 'text',
    short: 'c',
    help: 'choose a daemon',
    notYet: NO_DAEMON,
    neutral: 'default',
    isUnlisted: true,
  },
  host: { kind: 'list', short: 'H', help: 'choose a daemon', notYet: NO_DAEMON, isUnlisted: true },
  config: {
    kind: 'text',
    help: 'directory of logins',
    notYet: 'set DOCKER_CONFIG to the directory',
    isUnlisted: true,
  },
  'log-level': {
    kind: 'text',
    short: 'l',
    help: 'choose what is logged',
    noEffect: 'lamina writes no log; LAMINA_DEBUG=1 shows stack traces of errors',
    isUnlisted: true,
  },
  tls: { kind: 'switch', help: 'use TLS', notYet: NO_DAEMON, isUnlisted: true },
  tlsverify: { kind: 'switch', help: 'use TLS', notYet: NO_DAEMON, isUnlisted: true },
  tlscacert: { kind: 'text', help: 'use TLS', notYet: NO_DAEMON, isUnlisted: true },
  tlscert: { kind: 'text', help: 'use TLS', notYet: NO_DAEMON, isUnlisted: true },
  tlskey: { kind: 'text', help: 'use TLS', notYet: NO_DAEMON, isUnlisted: true },
} as const satisfies FlagTable;
