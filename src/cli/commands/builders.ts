/** Docker's commands for builders. lamina has one builder, which needs no set-up: the commands succeed with a note. */
import { type CommandContext, defineCommand } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { renderRows } from '../rows.ts';

const NAME = 'lamina';
const ONE_BUILDER = 'lamina has one builder, which needs no setting up';

/** No note per flag: the command itself says that it changes nothing. */
function ineffective(names: readonly string[], kind: 'switch' | 'text' | 'list'): FlagTable {
  return Object.fromEntries(names.map((name) => [name, { kind, help: 'no effect' }]));
}

async function say({ io }: CommandContext, what: string): Promise<void> {
  await io.stderr.write(`note: ${what}: ${ONE_BUILDER}\n`);
}

export const createBuilderCommand = defineCommand({
  usage: '[OPTIONS] [CONTEXT|ENDPOINT]',
  summary: 'do nothing: lamina has only one builder',
  flags: {
    name: { kind: 'text', value: 'name', help: 'name to print' },
    use: { kind: 'switch', help: 'use the builder (always on)' },
    bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' },
    ...ineffective(['driver', 'node', 'buildkitd-flags', 'buildkitd-config', 'config'], 'text'),
    ...ineffective(['driver-opt', 'platform'], 'list'),
    ...ineffective(['append', 'leave'], 'switch'),
  },
  args: [0, 1],
  async run({ flags }, context) {
    await say(context, 'nothing was created');
    await context.io.stdout.write(`${flags.name ?? NAME}\n`);
    return 0;
  },
});

export const useBuilderCommand = defineCommand({
  usage: '[OPTIONS] NAME',
  summary: 'do nothing: lamina has only one builder',
  flags: { ...ineffective(['default', 'global'], 'switch') },
  args: [1, 1],
  async run(_invocation, context) {
    await say(context, 'nothing changes');
    return 0;
  },
});

export const removeBuilderCommand = defineCommand({
  usage: '[OPTIONS] [NAME...]',
  summary: 'do nothing: lamina has only one builder',
  flags: {
    force: {
      kind: 'switch',
      short: 'f',
      help: 'do not ask for confirmation (lamina never asks)',
    },
    ...ineffective(['all-inactive', 'keep-daemon', 'keep-state'], 'switch'),
  },
  args: [0, Infinity],
  async run(_invocation, context) {
    await say(context, 'nothing changes');
    return 0;
  },
});

export const listBuildersCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'show the builder and its platforms',
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
    const { version, platforms } = await builder(context);
    const row = {
      Name: `${NAME}*`,
      DriverEndpoint: 'no daemon',
      Status: 'running',
      Buildkit: version,
      Platforms: platforms.join(', '),
    };
    const columns = {
      ...{ Name: 'NAME/NODE', DriverEndpoint: 'DRIVER/ENDPOINT', Status: 'STATUS' },
      ...{ Buildkit: 'LAMINA', Platforms: 'PLATFORMS' },
    };
    await context.io.stdout.write(renderRows([row], { columns }, flags.format));
    return 0;
  },
});

export const inspectBuilderCommand = defineCommand({
  usage: '[OPTIONS] [NAME]',
  summary: 'show the builder and its platforms',
  flags: { bootstrap: { kind: 'switch', help: 'start the builder (nothing to start)' } },
  args: [0, 1],
  async run({ args }, context) {
    const { version, platforms } = await builder(context);
    const [asked = NAME] = args;
    if (asked !== NAME && asked !== 'default') await say(context, `'${asked}' is the one builder`);
    const rows = [
      ['Name:', NAME],
      ['Driver:', 'no daemon'],
      ['', ''],
      ['Nodes:', ''],
      ['Name:', NAME],
      ['Status:', 'running'],
      ['Version:', version],
      ['Platforms:', platforms.join(', ')],
    ];
    const lines = rows.map(([name = '', value = '']) => `${name.padEnd(11)}${value}`.trimEnd());
    await context.io.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  },
});

async function builder(context: CommandContext) {
  const { root, signal } = context;
  const api = await context.api();
  const [{ version }, { platforms }] = await Promise.all([
    api.version({ signal }),
    api.info({ root, signal }),
  ]);
  return { version, platforms };
}
