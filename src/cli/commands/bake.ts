import type {
  BakeDefinition,
  BakeDefinitionOptions,
  BakeOptions,
  BakeResult,
} from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import type { BuildEvent } from '../../progress/index.ts';
import { cacheLimits, startCollector } from '../collector.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { isolationChoice } from '../isolation-flag.ts';
import { jsonText } from '../json-text.ts';
import { withLookInside } from '../look-inside.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { refuseUnwritable, writeResult } from '../result-files.ts';
import { renderTable } from '../rows.ts';
import { textStream } from '../text-stream.ts';
import { namespaceOfFlags } from '../user-namespace.ts';
import { badValue } from '../values.ts';
import { describeOutputs } from '../written-outputs.ts';
import { certificateSources } from './build.ts';
import { buildFlags } from './build-flags.ts';

const WHAT = 'Targets';
const HOW = 'Execution and cache';
const RESULT = 'Output';

/** Flags of commands that build several targets. */
export const bakeExecutionFlags = {
  'no-cache': buildFlags['no-cache'],
  pull: buildFlags.pull,
  push: { kind: 'switch', group: RESULT, help: 'push the images: shorthand for --set=*.push=true' },
  load: {
    kind: 'switch',
    group: RESULT,
    help: 'also load the images into Docker or Podman: shorthand for --set=*.load=true',
  },
  'cache-max-size': buildFlags['cache-max-size'],
  jobs: {
    ...buildFlags.jobs,
    help: 'maximum number of steps of a target that run at the same time',
  },
  progress: buildFlags.progress,
  isolation: buildFlags.isolation,
  'userns-remap': buildFlags['userns-remap'],
  'ca-certificates': buildFlags['ca-certificates'],
  policy: buildFlags.policy,
  builder: buildFlags.builder,
  ...storeFlags,
} as const satisfies FlagTable;

const flags = {
  file: {
    kind: 'list',
    short: 'f',
    value: 'path',
    group: WHAT,
    help: 'HCL, JSON or Compose file, or - for standard input; later files override earlier ones (default: compose.yaml, docker-bake.hcl and their like)',
  },
  set: {
    kind: 'list',
    value: 'target.key=value',
    group: WHAT,
    help: 'override an attribute of the targets that match a name or pattern, such as *.platform=linux/arm64; key+=value adds to a list',
  },
  var: { kind: 'list', value: 'name=value', group: WHAT, help: 'set a variable of the definition' },
  print: {
    kind: 'switch',
    group: WHAT,
    help: 'print the resolved targets as JSON, and build nothing',
  },
  list: {
    kind: 'text',
    value: 'what',
    group: WHAT,
    help: 'list targets or variables (targets, variables; type=targets,format=json), and build nothing',
  },
  call: {
    ...buildFlags.call,
    help: 'evaluate the targets without building them: check, outline or targets',
  },
  check: buildFlags.check,
  allow: {
    kind: 'list',
    value: 'what',
    group: HOW,
    help: 'grant what the targets want beyond this directory: fs.read=PATH, fs.write=PATH, fs=PATH (* for every path), network.host, security.insecure',
  },
  'metadata-file': {
    ...buildFlags['metadata-file'],
    help: 'write digests and names of all results to a file, as JSON',
  },
  provenance: buildFlags.provenance,
  sbom: buildFlags.sbom,
  ...bakeExecutionFlags,
} as const satisfies FlagTable;

type Flags = FlagValues<typeof flags>;

export const bakeCommand = defineCommand({
  usage: '[OPTIONS] [TARGET...]',
  summary: 'build many targets at once, from HCL, JSON or Compose files',
  description: [
    'Builds the given targets and groups of a definition, or its group or target named default. Targets build in parallel, ' +
      'steps that they share run once, and a target that uses the image of another one (contexts = { name = "target:other" }) waits for it.',
    'Files are those of `docker buildx bake`: HCL, the same as JSON, or Compose files, whose services are the targets. ' +
      'Variables of a definition take their values from --var, then from the environment.',
    'The first argument can be a git URL: files and contexts are then in that repository.',
    'Targets may read and write below the working directory; more must be granted with --allow.',
  ],
  flags,
  args: [0, Number.MAX_SAFE_INTEGER],
  namespace: namespaceOfFlags,
  examples: [
    { command: 'lamina bake', text: 'build the group default of the files in this directory' },
    { command: 'lamina bake --print app', text: 'show what the target app is' },
    {
      command: "lamina bake -f docker-bake.hcl --set '*.platform=linux/arm64' --push",
      text: 'build for another platform, and push',
    },
    { command: 'lamina bake --list=variables', text: 'list the variables and their values' },
  ],
  async run({ flags: given, args }, context) {
    const [first] = args;
    const repository = first !== undefined && isRepository(first) ? first : undefined;
    const files = given.file.length > 0 ? given.file : filesOf(context);
    const options: BakeOptions = {
      files,
      stdin: files.includes('-') ? context.io.stdin() : undefined,
      repository,
      targets: repository === undefined ? args : args.slice(1),
      overrides: [
        ...given.set,
        ...impliedOverrides(given),
        ...callOverride(given),
        ...attestOverrides(given),
      ],
      variables: Object.fromEntries(given.var.map(variable)),
      allow: given.allow.flatMap((text) => text.split(',')),
      ...executionOptions(given, context),
    };
    if (given.print || given.list !== undefined) return show(given, options, context);
    refuseUnwritable('metadata-file', given['metadata-file']);
    const calls = await callTargets(options, context);
    return calls ?? bakeTargets(options, given, context);
  },
});

type ExecutionFlags = FlagValues<typeof bakeExecutionFlags>;

/** Options of the builds of all targets. */
export function executionOptions(given: ExecutionFlags, context: CommandContext) {
  const root = rootOf(given, context);
  const limits = cacheLimits(given['cache-max-size'], context.env);
  return {
    root,
    jobs: given.jobs,
    isolation: isolationChoice(given.isolation),
    builder: given.builder,
    policy: given.policy,
    caCertificates: certificateSources(given, context.env),
    onCollectionDue: limits && (() => startCollector(limits, root)),
    signal: context.signal,
  };
}

/** Flags that are short for `--set`. */
export function impliedOverrides(
  given: Pick<ExecutionFlags, 'push' | 'load' | 'no-cache' | 'pull'>,
): string[] {
  return (['push', 'load', 'no-cache', 'pull'] as const).flatMap((name) =>
    given[name] ? [`*.${name}=true`] : [],
  );
}

function callOverride({ call, check }: Flags): string[] {
  const method = check ? 'check' : call;
  return method === undefined || method === '' || method === 'build' ? [] : [`*.call=${method}`];
}

function attestOverrides({ sbom, provenance }: Flags): string[] {
  const override = (type: string, text: string | undefined) => {
    if (text === undefined) return [];
    if (text === 'false') return [`*.attest=type=${type},disabled=true`];
    const attributes = /^(?:min|max)$/.test(text) ? `,mode=${text}` : `,${text}`;
    return [`*.attest=type=${type}${text === 'true' || text === '' ? '' : attributes}`];
  };
  return [...override('sbom', sbom), ...override('provenance', provenance)];
}

/** The files of BUILDX_BAKE_FILE. */
function filesOf({ env }: CommandContext): readonly string[] {
  const text = env.BUILDX_BAKE_FILE ?? '';
  return text === '' ? [] : text.split(env.BUILDX_BAKE_PATH_SEPARATOR || ':');
}

function variable(text: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === '') throw badValue('--var', text, 'NAME=value');
  return [name, value];
}

function isRepository(text: string): boolean {
  return /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:|^github\.com\//.test(text);
}

async function show(
  given: Flags,
  options: BakeDefinitionOptions,
  context: CommandContext,
): Promise<number> {
  if (given.print && given.list !== undefined) {
    throw new AppError('CLI_USAGE', '--print and --list cannot be used together');
  }
  const list = given.list === undefined ? undefined : listing(given.list);
  const api = await context.api();
  const targets = list === undefined ? options.targets : ['*'];
  const definition = await api.readBakeDefinition({ ...options, targets });
  await context.io.stdout.write(
    list === undefined ? `${definition.json}\n` : listText(definition, list),
  );
  return 0;
}

interface Listing {
  readonly kind: 'targets' | 'variables';
  readonly isJson: boolean;
}

function listing(text: string): Listing {
  const parts = text.includes('=')
    ? Object.fromEntries(text.split(',').map((part) => part.split('=', 2)))
    : { type: text };
  const kind = parts.type === 'targets' || parts.type === 'variables' ? parts.type : undefined;
  if (
    kind === undefined ||
    (parts.format !== undefined && !['json', 'table'].includes(parts.format))
  ) {
    throw badValue('--list', text, 'targets, variables, or type=targets,format=json');
  }
  return { kind, isJson: parts.format === 'json' };
}

function listText({ available, variables }: BakeDefinition, { kind, isJson }: Listing): string {
  if (kind === 'targets') {
    if (isJson) {
      return jsonText(
        available.map(({ name, description, isGroup }) => ({
          name,
          description,
          group: isGroup || undefined,
        })),
        2,
      );
    }
    return renderTable([
      ['TARGET', 'DESCRIPTION'],
      ...available.map(({ name, description }) => [name, description ?? '']),
    ]);
  }
  if (isJson) return jsonText(variables, 2);
  return renderTable([
    ['VARIABLE', 'TYPE', 'VALUE', 'DESCRIPTION'],
    ...variables.map(({ name, type, value, description }) => [
      name,
      type ?? '',
      value ?? '<null>',
      description ?? '',
    ]),
  ]);
}

/** Evaluates the targets that have a call; undefined if none has. */
async function callTargets(
  options: BakeOptions,
  context: CommandContext,
): Promise<number | undefined> {
  if (!(options.overrides ?? []).some((text) => /(?:^|\.)call=/.test(text))) return undefined;
  const api = await context.api();
  const { callBuild } = await import('../call/index.ts');
  const { targets } = await api.readBakeDefinition(options);
  const called = targets.filter(({ options: { call } }) => call !== undefined);
  let status = 0;
  for (const { name, options: target } of called) {
    if (called.length > 1) await context.io.stdout.write(`${name}\n`);
    const { dockerfileText, call = 'check', ...own } = target;
    const build = {
      ...own,
      ...(dockerfileText === undefined
        ? {}
        : { dockerfile: '-', stdin: textStream(dockerfileText) }),
      root: options.root,
      signal: context.signal,
    };
    status = Math.max(status, await callBuild(call, build, context));
  }
  return status;
}

interface ReportFlags {
  readonly progress: string | undefined;
  readonly quiet?: boolean;
  readonly 'metadata-file'?: string | undefined;
}

/** Builds the targets, with a display, and reports the results. */
export async function bakeTargets(
  options: BakeOptions,
  given: ReportFlags,
  context: CommandContext,
): Promise<number> {
  const api = await context.api();
  const kind = given.quiet === true ? 'quiet' : progressKind(given.progress, context);
  const display = makeDisplay(kind, context);
  const isShown = oneOfEach();
  const onEvent = (event: BuildEvent) => {
    if (isShown(event)) display.handle(event);
  };
  const work = () => api.bake({ ...options, onEvent });
  const result = await displaying(display, work).catch((error: unknown) => {
    throw error instanceof AppError ? withLookInside(error, options.root) : error;
  });
  await report(result, given, context);
  return 0;
}

/** What all targets say alike is shown once; sizes are reported at the end. */
function oneOfEach(): (event: BuildEvent) => boolean {
  let isIsolationShown = false;
  return ({ kind }) => {
    if (kind === 'build.summary') return false;
    if (kind !== 'build.isolation') return true;
    const isFirst = !isIsolationShown;
    isIsolationShown = true;
    return isFirst;
  };
}

async function report(
  { targets }: BakeResult,
  given: ReportFlags,
  context: CommandContext,
): Promise<void> {
  const metadata = Object.fromEntries(targets.map(({ name, result }) => [name, result.metadata]));
  const text = `${JSON.stringify(metadata, null, 2)}\n`;
  await writeResult('metadata-file', given['metadata-file'], text, context.signal);
  for (const { name, result } of targets) {
    if (given.quiet === true) {
      if (result.imageId !== undefined) await context.io.stdout.write(`${result.imageId}\n`);
    } else if (given.progress !== 'rawjson') {
      const lines = describeOutputs(result)
        .split('\n')
        .filter((line) => line !== '');
      await context.io.stderr.write(lines.map((line) => `${name}: ${line}\n`).join(''));
    }
  }
}
