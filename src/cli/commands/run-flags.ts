import { storeFlags } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { isolationFlag } from '../isolation-flag.ts';
import { limitFlags } from '../limit-flags.ts';
import { remapFlag } from '../user-namespace.ts';
import { runFlagsOfDocker } from './run-flags-of-docker.ts';

/** The flags of `docker run`. */
export const runFlags = {
  interactive: {
    kind: 'switch',
    short: 'i',
    help: 'keep standard input open, and pass it to the process',
  },
  tty: { kind: 'switch', short: 't', help: 'allocate a pseudo-terminal' },
  rm: {
    kind: 'switch',
    help: 'remove the container when it exits (always done; without --rm, a note says so)',
  },
  env: {
    kind: 'list',
    short: 'e',
    value: 'NAME[=value]',
    help: 'set an environment variable; without a value, take it from the environment',
  },
  'env-file': { kind: 'list', value: 'path', help: 'read environment variables from a file' },
  volume: {
    kind: 'list',
    short: 'v',
    value: 'host:container[:ro]',
    help: 'bind mount a directory or file of this machine; a container path alone is a new volume, removed with the container',
  },
  mount: {
    kind: 'list',
    value: 'type=…,target=…',
    help: 'attach a mount: type=bind,source=PATH[,readonly], type=tmpfs[,tmpfs-size=…,tmpfs-mode=…], or type=volume without a source',
  },
  tmpfs: {
    kind: 'list',
    value: 'path[:options]',
    help: 'mount a tmpfs directory; options: size, mode, uid, gid, ro, exec',
  },
  workdir: {
    kind: 'text',
    short: 'w',
    value: 'path',
    help: 'working directory inside the container',
  },
  user: {
    kind: 'text',
    short: 'u',
    value: 'user[:group]',
    help: 'user name or UID, and group, to run as',
  },
  entrypoint: {
    kind: 'text',
    value: 'command',
    help: 'overwrite the ENTRYPOINT of the image; an empty value removes it',
  },
  name: { kind: 'text', value: 'name', help: 'assign a name to the container' },
  hostname: { kind: 'text', short: 'h', value: 'name', help: 'host name of the container' },
  network: {
    kind: 'text',
    value: 'mode',
    help: 'network of the container: host (that of this machine, the default), private (its own, with connections to the outside; also as bridge) or none',
  },
  net: { kind: 'text', value: 'mode', help: 'same as --network' },
  'add-host': { kind: 'list', value: 'name=ip', help: 'add a host-to-IP mapping' },
  'read-only': {
    kind: 'switch',
    help: 'mount the root file system read-only; volumes stay writable',
  },
  publish: {
    kind: 'list',
    short: 'p',
    value: 'host:container',
    help: 'publish a port with --network=private; with the network of this machine, accepted if both ports are equal and there is no address',
  },
  init: {
    kind: 'switch',
    help: 'run an init process that forwards signals and reaps processes',
  },
  cidfile: {
    kind: 'text',
    value: 'path',
    help: 'write the container ID to a file, which must not exist',
  },
  'group-add': { kind: 'list', value: 'group', help: 'additional group to join' },
  'cap-add': { kind: 'list', value: 'name', help: 'add a capability, such as NET_ADMIN, or ALL' },
  'cap-drop': { kind: 'list', value: 'name', help: 'drop a capability, or ALL' },
  privileged: {
    kind: 'switch',
    help: 'give extended privileges: all capabilities and all devices of this machine',
  },
  device: {
    kind: 'list',
    value: 'host[:container][:rwm]',
    help: 'add a device of this machine, or all devices in a directory',
  },
  ...isolationFlag('Security'),
  ...remapFlag('Security'),
  ...limitFlags('Limits'),
  'memory-reservation': {
    kind: 'text',
    value: 'size',
    group: 'Limits',
    help: 'memory soft limit',
  },
  cpus: { kind: 'text', value: 'number', group: 'Limits', help: 'number of CPUs, such as 1.5' },
  'pids-limit': {
    kind: 'text',
    value: 'n',
    group: 'Limits',
    help: 'limit of processes and threads; -1 for unlimited',
  },
  ulimit: {
    kind: 'list',
    value: 'name=soft[:hard]',
    group: 'Limits',
    help: 'set a ulimit',
  },
  'shm-size': {
    kind: 'text',
    value: 'size',
    group: 'Limits',
    help: 'size of /dev/shm, such as 256m (default: 64m)',
  },
  pull: {
    kind: 'text',
    value: 'when',
    help: 'when to pull the image before running (default: missing)',
    choices: ['always', 'missing', 'never'],
  },
  quiet: { kind: 'switch', short: 'q', help: 'suppress the pull output' },
  ...storeFlags,
  platform: {
    kind: 'text',
    value: 'os/arch',
    help: 'platform of the image; runs in an emulator if necessary',
  },
  ...runFlagsOfDocker,
} as const satisfies FlagTable;
