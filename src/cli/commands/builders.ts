/** Builders: this machine, which needs no set-up, and BuildKit daemons with names. Docker's own commands for them succeed. */
import type { BuilderInfo, BuilderTls } from '../../api/index.ts';
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
  ],
  flags: {
    name: { kind: 'text', value: 'name', help: 'name of the builder' },
    use: { kind: 'switch', help: 'use it for builds that name no other' },
    'driver-opt': {
      kind: 'list',
      value: 'key=value,…',
      help: 'cacert, cert and key (paths of PEM files) and servername for TLS',
    },
    bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' },
    ...ineffective(['driver', 'node', 'buildkitd-flags', 'buildkitd-config', 'config'], 'text'),
    ...ineffective(['platform'], 'list'),
    ...ineffective(['append', 'leave'], 'switch'),
  },
  args: [0, 1],
  examples: [
    {
      command:
        'lamina builder create --name fleet --use tcp://builder.example.com:1234 \\\n  --driver-opt cacert=ca.pem,cert=cert.pem,key=key.pem',
      text: 'build on a server from now on, with mutual TLS',
    },
  ],
  async run({ flags, args }, context) {
    const [address] = args;
    if (address === undefined || !address.includes('://')) {
      await say(context, `nothing was created: ${HERE}`);
      await context.io.stdout.write(`${flags.name ?? NAME}\n`);
      return 0;
    }
    const { name, use } = flags;
    const tls = tlsOptions(flags['driver-opt']);
    const api = await context.api();
    const { signal } = context;
    const created = await api.createBuilder({ name, address, use, tls, signal });
    await context.io.stdout.write(`${created}\n`);
    return 0;
  },
});

const TLS_KEYS = { cacert: 'ca', cert: 'cert', key: 'key', servername: 'servername' } as const;

/** @throws AppError CLI_FLAG_VALUE */
function tlsOptions(given: readonly string[]): BuilderTls | undefined {
  const tls: Record<string, string> = {};
  for (const pair of given.flatMap((one) => one.split(','))) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    if (!Object.hasOwn(TLS_KEYS, key) || value === '') {
      throw new AppError(
        'CLI_FLAG_VALUE',
        `--driver-opt: '${pair}' is not an option of a builder`,
        {
          expected: 'cacert=FILE, cert=FILE, key=FILE or servername=NAME',
        },
      );
    }
    tls[TLS_KEYS[key as keyof typeof TLS_KEYS]] = value;
  }
  return Object.keys(tls).length === 0 ? undefined : tls;
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
    const rows = [here, ...builders.map(rowOf)];
    await context.io.stdout.write(renderRows(rows, { columns }, flags.format));
    return 0;
  },
});

function rowOf({ name, isCurrent, address, status, version, platforms }: BuilderInfo) {
  return {
    Name: isCurrent ? `${name}*` : name,
    DriverEndpoint: address,
    Status: status,
    Buildkit: version ?? '',
    Platforms: platforms.join(', '),
  };
}

export const inspectBuilderCommand = defineCommand({
  usage: '[OPTIONS] [NAME]',
  summary: 'show a builder and its platforms',
  flags: { bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' } },
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
      return builder.status === 'running' ? 0 : 1;
    }
    if (asked !== undefined && asked !== NAME && asked !== 'default') {
      await say(context, `there is no builder '${asked}': ${HERE}`);
    }
    const { version, platforms } = await thisMachine(context);
    const node = { name: NAME, status: 'running', version, platforms };
    await write(context, [['Name:', NAME], ['Driver:', 'no daemon'], ['', ''], ...nodeRows(node)]);
    return 0;
  },
});

type Rows = readonly (readonly [string, string])[];

function builderRows(builder: BuilderInfo): Rows {
  const { name, origin, error } = builder;
  return [
    ['Name:', name],
    ['Driver:', origin === 'buildx' ? 'buildx instance' : 'remote'],
    ['', ''],
    ...nodeRows(builder),
    ...(error === undefined ? [] : [['Error:', error] as const]),
  ];
}

interface Node extends Pick<BuilderInfo, 'name' | 'version' | 'platforms'> {
  readonly status: string;
  readonly address?: string | undefined;
}

function nodeRows({ name, address, status, version = '', platforms }: Node): Rows {
  return [
    ['Nodes:', ''],
    ['Name:', name],
    ...(address === undefined ? [] : [['Endpoint:', address] as const]),
    ['Status:', status],
    ['Version:', version],
    ['Platforms:', platforms.join(', ')],
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
