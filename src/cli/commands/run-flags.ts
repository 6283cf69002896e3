import { storeFlags } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { limitFlags } from '../limit-flags.ts';

const SEE_RUN = 'not in this version';

/** The flags of `docker run`. */
export const runFlags = {
  interactive: { kind: 'switch', short: 'i', help: 'pass standard input to the process' },
  tty: { kind: 'switch', short: 't', help: 'give the process a terminal' },
  rm: {
    kind: 'switch',
    help: 'remove the container afterwards (always done; without --rm, a note says so)',
  },
  env: {
    kind: 'list',
    short: 'e',
    value: 'NAME[=value]',
    help: 'set a variable; without a value, take it from the environment',
  },
  'env-file': { kind: 'list', value: 'path', help: 'set the variables listed in a file' },
  volume: {
    kind: 'list',
    short: 'v',
    value: 'host:container[:ro]',
    help: 'mount a directory or file of this machine; a container path alone is a new volume, removed with the container',
  },
  mount: {
    kind: 'list',
    value: 'type=…,target=…',
    help: 'add a mount: type=bind,source=PATH[,readonly], type=tmpfs[,tmpfs-size=…,tmpfs-mode=…], or type=volume without a source',
  },
  tmpfs: {
    kind: 'list',
    value: 'path[:options]',
    help: 'mount a directory in memory; options: size, mode, uid, gid, ro, exec',
  },
  workdir: { kind: 'text', short: 'w', value: 'path', help: 'working directory' },
  user: { kind: 'text', short: 'u', value: 'user[:group]', help: 'user to run as' },
  entrypoint: {
    kind: 'text',
    value: 'command',
    help: 'replace the ENTRYPOINT; an empty value removes it',
  },
  name: { kind: 'text', value: 'name', help: 'name of the container' },
  hostname: { kind: 'text', short: 'h', value: 'name', help: 'host name of the container' },
  network: { kind: 'text', value: 'mode', help: 'host (the default) or none' },
  net: { kind: 'text', value: 'mode', help: 'the same as --network' },
  'add-host': { kind: 'list', value: 'name=ip', help: 'add a line to /etc/hosts' },
  'read-only': {
    kind: 'switch',
    help: 'make the root file system read-only; volumes stay writable',
  },
  publish: {
    kind: 'list',
    short: 'p',
    value: 'host:container',
    help: 'accepted if both ports are the same and no address is given, since the container shares the network of this machine',
  },
  init: {
    kind: 'switch',
    help: 'run an init as process 1, which forwards signals and reaps processes',
  },
  cidfile: { kind: 'text', value: 'path', help: 'write the container ID to a new file' },
  'group-add': { kind: 'list', value: 'group', help: 'add the user to another group' },
  'cap-add': { kind: 'list', value: 'name', help: 'add a capability, such as NET_ADMIN, or ALL' },
  'cap-drop': { kind: 'list', value: 'name', help: 'drop a capability, or ALL' },
  privileged: { kind: 'switch', help: 'grant all capabilities and all devices of this machine' },
  device: {
    kind: 'list',
    value: 'host[:container][:rwm]',
    help: 'add a device, or all devices in a directory',
  },
  ...limitFlags('Limits'),
  'memory-reservation': {
    kind: 'text',
    value: 'size',
    group: 'Limits',
    help: 'memory that the container keeps when memory is short',
  },
  cpus: { kind: 'text', value: 'number', group: 'Limits', help: 'CPU limit, such as 1.5' },
  'pids-limit': {
    kind: 'text',
    value: 'n',
    group: 'Limits',
    help: 'limit for processes and threads; -1 for no limit',
  },
  ulimit: {
    kind: 'list',
    value: 'name=soft[:hard]',
    group: 'Limits',
    help: 'set a resource limit of the processes',
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
    help: 'when to pull the image (default: missing)',
    choices: ['always', 'missing', 'never'],
  },
  quiet: { kind: 'switch', short: 'q', help: 'do not show the progress of a pull' },
  ...storeFlags,
  expose: {
    kind: 'list',
    help: 'expose a port',
    noEffect: 'the container shares the network of this machine',
  },
  'publish-all': {
    kind: 'switch',
    short: 'P',
    help: 'publish all ports',
    noEffect: 'the container shares the network of this machine',
  },
  label: {
    kind: 'list',
    short: 'l',
    help: 'label the container',
    noEffect: 'containers do not last',
  },
  'sig-proxy': {
    kind: 'switch',
    help: 'forward signals',
    noEffect: 'signals are always forwarded',
  },
  detach: {
    kind: 'switch',
    short: 'd',
    help: 'run in the background',
    notYet: 'end the line with &',
  },
  'volumes-from': { kind: 'list', help: 'mount the volumes of a container', notYet: 'use -v' },
  'security-opt': { kind: 'list', help: 'set security options', notYet: SEE_RUN },
  gpus: { kind: 'text', help: 'add GPUs', notYet: SEE_RUN },
  platform: {
    kind: 'text',
    value: 'os/arch',
    help: 'platform of the image; if necessary, an emulator runs it',
  },
  restart: {
    kind: 'text',
    help: 'set a restart policy',
    notYet: 'a container ends with its process',
    neutral: 'no',
  },
  attach: { kind: 'list', short: 'a', help: 'attach streams', notYet: SEE_RUN },
  dns: { kind: 'list', help: 'set name servers', notYet: SEE_RUN },
  link: { kind: 'list', help: 'link to a container', notYet: SEE_RUN },
  pid: { kind: 'text', help: 'choose the PID namespace', notYet: SEE_RUN },
  ipc: { kind: 'text', help: 'choose the IPC namespace', notYet: SEE_RUN },
  userns: { kind: 'text', help: 'choose the user namespace', notYet: SEE_RUN },
} as const satisfies FlagTable;
