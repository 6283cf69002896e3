import type { SystemInfo, VersionInfo } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { compileTemplate, shapeOf } from '../template/index.ts';

export const infoCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'show information about the store and this machine',
  description: ['There is no daemon: the command succeeds if lamina can open its store.'],
  flags: {
    format: {
      kind: 'text',
      short: 'f',
      value: 'format',
      help: "json, or a Go template of Docker's fields, such as .ServerVersion .OSType .Architecture .NCPU .MemTotal .DockerRootDir",
    },
    ...storeFlags,
  },
  args: [0, 0],
  examples: [
    { command: "lamina info --format '{{.DockerRootDir}}'", text: 'print where the store is' },
  ],
  async run({ flags }, context) {
    const { io, signal } = context;
    const api = await context.api();
    const root = rootOf(flags, context);
    const [version, info] = await Promise.all([
      api.version({ signal }),
      api.info({ root, signal }),
    ]);
    const text =
      flags.format === undefined ? listed(version, info) : formatted(flags.format, version, info);
    await io.stdout.write(text);
    return 0;
  },
});

function listed({ version, node, platform }: VersionInfo, info: SystemInfo): string {
  const rows = [
    ['lamina', `${version}, without a daemon, on Node ${node}`],
    ['store', info.root],
    ['images', String(info.images)],
    ['runtime', info.runtime ?? 'no OCI runtime; `lamina doctor` tells how RUN works here'],
    ['platform', platform],
    ['runs', info.platforms.join(', ')],
    ['kernel', info.kernel],
    ['processors', String(info.processors)],
    ['memory', humanSize(info.memoryBytes, 4)],
    ['host', info.hostname],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(12)}${value}\n`).join('');
}

function formatted(format: string, version: VersionInfo, info: SystemInfo): string {
  const [os = '', architecture = ''] = version.platform.split('/');
  const data = {
    ID: '',
    Name: info.hostname,
    ServerVersion: version.version,
    ClientInfo: { Version: version.version, Context: 'default' },
    OSType: os,
    Architecture: MACHINES[architecture] ?? architecture,
    OperatingSystem: os,
    KernelVersion: info.kernel,
    NCPU: info.processors,
    MemTotal: info.memoryBytes,
    DockerRootDir: info.root,
    Driver: 'overlayfs',
    DefaultRuntime: info.runtime ?? '',
    Images: info.images,
    Containers: 0,
    ContainersRunning: 0,
    ContainersPaused: 0,
    ContainersStopped: 0,
    ServerErrors: [],
    SecurityOptions: [],
    Warnings: [],
    Platforms: info.platforms,
  };
  const template = format === 'json' ? '{{json .}}' : format;
  return `${compileTemplate(template, { shape: shapeOf(Object.keys(data)) })(data)}\n`;
}

/** uname's names of architectures that have another name in Go. */
const MACHINES: Readonly<Record<string, string>> = {
  ...{ amd64: 'x86_64', arm64: 'aarch64', '386': 'i686', arm: 'armv7l' },
};
