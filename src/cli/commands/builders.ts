/** Builders: this machine, which needs no set-up, and BuildKit daemons with names. Docker's own commands for them succeed. */
import type { BuilderInfo, BuilderNodeInfo, BuilderTls } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { renderRows } from '../rows.ts';

const NAME = 'lamina';
const HERE = 'this machine builds, which needs no setting up';

/** No note per flag: the command itself says that it changes nothing. */
function ineffective(names: readonly string[], kind: 'switch' | 'text' | 'list'): FlagTable {
  return Object.fromEntries(names.map((name) => [name, { kind, help: 'no effect' }]));
}

async function say({ io }: CommandContext, what: string): Promise<void> {
  await io.stderr.write(`note: ${what}\n`);
}

export const createBuilderCommand = defineCommand({
  usage: '[OPTIONS] [ADDRESS]',
  summary: 'name a BuildKit daemon, so that builds can use it',
  description: [
    'ADDRESS is unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST, docker://, docker-container://NAME or kube-pod://NAME. ' +
      'lamina starts no daemon: without an address of these, as in docker buildx create, nothing is created, and builds stay on this machine.',
    'A builder can have several nodes: each platform is built by a node of that platform, and the targets of lamina bake by the least loaded one. ' +
      'If a node is lost, the others take over what it was building.',
  ],
  flags: {
    name: { kind: 'text', value: 'name', help: 'name of the builder' },
    use: { kind: 'switch', help: 'use it for builds that name no other' },
    'driver-opt': {
      kind: 'list',
      value: 'key=value,…',
      help: 'cacert, cert and key (paths of PEM files) and servername for TLS; capacity, how many targets the node builds at once (default 8)',
    },
    bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' },
    append: { kind: 'switch', help: 'add a node to the builder instead of replacing it' },
    leave: { kind: 'switch', help: 'remove the node of --node from the builder' },
    node: { kind: 'text', value: 'name', help: 'name of the node' },
    platform: {
      kind: 'list',
      value: 'platform',
      help: 'platforms that the node shall build (default: those that its daemon names)',
    },
    ...ineffective(['driver', 'buildkitd-flags', 'buildkitd-config', 'config', 'timeout'], 'text'),
  },
  args: [0, 1],
  examples: [
    {
      command:
        'lamina builder create --name fleet --use tcp://builder.example.com:1234 \\\n  --driver-opt cacert=ca.pem,cert=cert.pem,key=key.pem',
      text: 'build on a server from now on, with mutual TLS',
    },
    {
      command:
        'lamina builder create --append --name fleet --node arm --platform linux/arm64 \\\n  ssh://arm.example.com',
      text: 'build linux/arm64 on another machine',
    },
  ],
  async run({ flags, args }, context) {
    const [address] = args;
    if (flags.leave) return leave(flags, context);
    if (address === undefined || !address.includes('://')) {
      await say(context, `nothing was created: ${HERE}`);
      await context.io.stdout.write(`${flags.name ?? NAME}\n`);
      return 0;
    }
    const { name, use, append, node } = flags;
    const api = await context.api();
    const platforms = flags.platform.flatMap((text) => text.split(','));
    const created = await api.createBuilder({
      ...{ name, address, use, append, node },
      ...(platforms.length > 0 && { platforms }),
      ...driverOptions(flags['driver-opt']),
      signal: context.signal,
    });
    await context.io.stdout.write(`${created}\n`);
    return 0;
  },
});

interface LeaveFlags {
  readonly name: string | undefined;
  readonly node: string | undefined;
}

async function leave({ name, node }: LeaveFlags, context: CommandContext): Promise<number> {
  if (name === undefined || node === undefined) {
    throw new AppError('CLI_FLAG_VALUE', '--leave needs the names of a builder and of its node', {
      expected: '--leave --name BUILDER --node NODE',
    });
  }
  const api = await context.api();
  const left = await api.removeBuilders({ names: [name], node, signal: context.signal });
  if (left.length === 0) await say(context, `the builder '${name}' has no node '${node}'`);
  await context.io.stdout.write(`${name}\n`);
  return 0;
}

const TLS_KEYS = { cacert: 'ca', cert: 'cert', key: 'key', servername: 'servername' } as const;

/** @throws AppError CLI_FLAG_VALUE */
function driverOptions(given: readonly string[]): {
  readonly tls?: BuilderTls | undefined;
  readonly capacity?: number | undefined;
} {
  const tls: Record<string, string> = {};
  let capacity: number | undefined;
  for (const pair of given.flatMap((one) => one.split(','))) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    if (key === 'capacity' && /^[1-9]\d{0,5}$/.test(value)) {
      capacity = Number(value);
      continue;
    }
    if (!Object.hasOwn(TLS_KEYS, key) || value === '') {
      throw new AppError(
        'CLI_FLAG_VALUE',
        `--driver-opt: '${pair}' is not an option of a builder`,
        {
          expected: 'cacert=FILE, cert=FILE, key=FILE, servername=NAME or capacity=NUMBER',
        },
      );
    }
    tls[TLS_KEYS[key as keyof typeof TLS_KEYS]] = value;
  }
  return { tls: Object.keys(tls).length === 0 ? undefined : tls, capacity };
}

export const useBuilderCommand = defineCommand({
  usage: '[OPTIONS] NAME',
  summary: 'choose the builder of builds that name none',
  description: ['default is this machine.'],
  flags: { ...ineffective(['default', 'global'], 'switch') },
  args: [1, 1],
  async run({ args }, context) {
    const [name = ''] = args;
    const api = await context.api();
    const isKnown = await api.useBuilder({ name, signal: context.signal });
    if (!isKnown) await say(context, `nothing changes: there is no builder '${name}', and ${HERE}`);
    return 0;
  },
});

export const removeBuilderCommand = defineCommand({
  usage: '[OPTIONS] [NAME...]',
  summary: 'forget builders; their daemons stay',
  flags: {
    force: {
      kind: 'switch',
      short: 'f',
      help: 'do not ask for confirmation (lamina never asks)',
    },
    ...ineffective(['all-inactive', 'keep-daemon', 'keep-state'], 'switch'),
    ...ineffective(['timeout'], 'text'),
  },
  args: [0, Infinity],
  async run({ args }, context) {
    const api = await context.api();
    const removed =
      args.length === 0 ? [] : await api.removeBuilders({ names: args, signal: context.signal });
    for (const name of removed) await context.io.stdout.write(`${name} removed\n`);
    if (removed.length < Math.max(1, args.length)) {
      await say(context, `lamina has no other builder of its own to remove: ${HERE}`);
    }
    return 0;
  },
});

export const stopBuilderCommand = defineCommand({
  usage: '[NAME...]',
  summary: 'do nothing: lamina starts no builders',
  flags: {},
  args: [0, Infinity],
  async run(_invocation, context) {
    await say(context, `nothing changes: ${HERE}`);
    return 0;
  },
});

export const listBuildersCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'list the builders, with their platforms',
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .Name .DriverEndpoint .Status .Buildkit .Platforms',
    },
    'no-trunc': { kind: 'switch', help: 'print all platforms (always on)' },
    ...ineffective(['timeout'], 'text'),
  },
  args: [0, 0],
  async run({ flags }, context) {
    const api = await context.api();
    const builders = await api.listBuilders({ signal: context.signal });
    const isHere = !builders.some(({ isCurrent }) => isCurrent);
    const { version, platforms } = await thisMachine(context);
    const here = {
      Name: isHere ? `${NAME}*` : NAME,
      DriverEndpoint: 'no daemon',
      Status: 'running',
      Buildkit: version,
      Platforms: platforms.join(', '),
    };
    const columns = {
      ...{ Name: 'NAME/NODE', DriverEndpoint: 'DRIVER/ENDPOINT', Status: 'STATUS' },
      ...{ Buildkit: 'VERSION', Platforms: 'PLATFORMS' },
    };
    const rows = [here, ...builders.flatMap(rowsOf)];
    await context.io.stdout.write(renderRows(rows, { columns }, flags.format));
    return 0;
  },
});

/** A builder with one node is one row; one with several has a row of its own above them. */
function rowsOf({ name, isCurrent, nodes }: BuilderInfo) {
  const shown = isCurrent ? `${name}*` : name;
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return [rowOf(only, shown)];
  const above = { Name: shown, DriverEndpoint: '', Status: '', Buildkit: '', Platforms: '' };
  return [above, ...nodes.map((node) => rowOf(node, ` ${node.name}`))];
}

function rowOf({ address, status, version, platforms }: BuilderNodeInfo, name: string) {
  return {
    Name: name,
    DriverEndpoint: address,
    Status: status,
    Buildkit: version ?? '',
    Platforms: platforms.join(', '),
  };
}

export const inspectBuilderCommand = defineCommand({
  usage: '[OPTIONS] [NAME]',
  summary: 'show a builder and its platforms',
  flags: {
    bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' },
    ...ineffective(['timeout'], 'text'),
  },
  args: [0, 1],
  async run({ args }, context) {
    const api = await context.api();
    const [asked] = args;
    const { signal } = context;
    const found = await api.listBuilders({
      names: asked === undefined ? undefined : [asked],
      signal,
    });
    const builder = asked === undefined ? found.find(({ isCurrent }) => isCurrent) : found[0];
    if (builder !== undefined) {
      await write(context, builderRows(builder));
      return builder.nodes.every(({ status }) => status === 'running') ? 0 : 1;
    }
    if (asked !== undefined && asked !== NAME && asked !== 'default') {
      await say(context, `there is no builder '${asked}': ${HERE}`);
    }
    const { version, platforms } = await thisMachine(context);
    const node = { name: NAME, status: 'running', version, platforms };
    const head = [
      ['Name:', NAME],
      ['Driver:', 'no daemon'],
    ] as const;
    await write(context, [...head, ['', ''], ['Nodes:', ''], ...nodeRows(node)]);
    return 0;
  },
});

type Rows = readonly (readonly [string, string])[];

function builderRows({ name, origin, nodes }: BuilderInfo): Rows {
  return [
    ['Name:', name],
    ['Driver:', origin === 'buildx' ? 'buildx instance' : 'remote'],
    ['', ''],
    ['Nodes:', ''],
    ...nodes.flatMap((node, position) => [
      ...(position === 0 ? [] : [['', ''] as const]),
      ...nodeRows(node),
    ]),
  ];
}

interface Node extends Pick<BuilderNodeInfo, 'name' | 'version' | 'platforms'> {
  readonly status: string;
  readonly address?: string | undefined;
  readonly capacity?: number | undefined;
  readonly error?: string | undefined;
}

function nodeRows(node: Node): Rows {
  const { name, address, status, version = '', platforms, capacity, error } = node;
  return [
    ['Name:', name],
    ...(address === undefined ? [] : [['Endpoint:', address] as const]),
    ['Status:', status],
    ['Version:', version],
    ['Platforms:', platforms.join(', ')],
    ...(capacity === undefined ? [] : [['Capacity:', String(capacity)] as const]),
    ...(error === undefined ? [] : [['Error:', error] as const]),
  ];
}

async function write({ io }: CommandContext, rows: Rows): Promise<void> {
  const lines = rows.map(([name, value]) => `${name.padEnd(11)}${value}`.trimEnd());
  await io.stdout.write(`${lines.join('\n')}\n`);
}

async function thisMachine(context: CommandContext) {
  const { root, signal } = context;
  const api = await context.api();
  const [{ version }, { platforms }] = await Promise.all([
    api.version({ signal }),
    api.info({ root, signal }),
  ]);
  return { version, platforms };
}
