import { lstat, rm } from 'node:fs/promises';
import type {
  BuildOptions,
  BuildResult,
  Lamina,
  OutputSpec,
  VerifyResult,
} from '../../api/index.ts';
import { AppError, StepError } from '../../errors.ts';
import { type SummaryKind, summaryKinds } from '../../progress/index.ts';
import { attestations } from '../attestation-flags.ts';
import { cacheLimits, startCollector } from '../collector.ts';
import { type CommandContext, defineCommand, rootOf } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import type { FlagValues } from '../flags.ts';
import { useColor } from '../io.ts';
import { isolationChoice } from '../isolation-flag.ts';
import { resourceLimits } from '../limit-flags.ts';
import { withLookInside } from '../look-inside.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { RESULT_FILES, refuseUnwritable, writeResult } from '../result-files.ts';
import { entitlement, secretSource, sshSource } from '../step-values.ts';
import { namespaceOfFlags } from '../user-namespace.ts';
import {
  byteSize,
  cacheSpec,
  commaSeparated,
  epochArgument,
  hostAlias,
  keyValues,
  labels,
  namedContexts,
  networkMode,
  outputSpec,
  ulimit,
} from '../values.ts';
import { describeOutputs } from '../written-outputs.ts';
import { buildFlags } from './build-flags.ts';

type Flags = FlagValues<typeof buildFlags>;

export const buildCommand = defineCommand({
  usage: '[OPTIONS] PATH | URL | -',
  summary: 'build an image from a Dockerfile',
  description: [
    'PATH is the build context: the directory whose files COPY and ADD can read, except those that .dockerignore excludes. ' +
      'With -, lamina reads a Dockerfile or a tar of the context from standard input.',
    'URL is a git repository (https://HOST/X.git, git@HOST:X, github.com/X/Y, each with an optional #REF:SUBDIR) or a file on ' +
      'an HTTP(S) server: a context archive or a Dockerfile. --file is then relative to the fetched context, and .dockerignore is ignored.',
    'lamina builds only the stages that the target needs, and runs independent steps in parallel. The result goes to the ' +
      'local image store unless --output says otherwise. Progress goes to standard error, results to standard output.',
    'RUN steps share the network of this machine, unless you set --network=private or none.',
  ],
  flags: buildFlags,
  args: [1, 1],
  namespace: namespaceOfFlags,
  missing: "give the build context as the last argument, often '.'",
  examples: [
    {
      command: 'lamina build -t hello .',
      text: 'build this directory and name the result hello:latest',
    },
    {
      command: 'lamina build --target builder -t hello:build .',
      text: 'build the stage builder only',
    },
    {
      command: 'lamina build --no-cache --progress=plain . 2>&1 | tee build.log',
      text: 'build without the cache, and keep a log',
    },
    {
      command: 'lamina build -o type=oci,dest=hello.tar .',
      text: 'write an OCI archive, for tools such as skopeo',
    },
    {
      command: 'lamina build -t registry.example.com/hello:1 --push .',
      text: 'build and push to a registry',
    },
    { command: 'lamina build -o out .', text: 'write the files of the image to the directory out' },
    { command: 'lamina build - < Dockerfile', text: 'build without a context' },
    {
      command: 'lamina build https://example.com/app.git#main:service',
      text: 'build a subdirectory of a git branch',
    },
    {
      command: 'lamina build --build-context assets=../assets .',
      text: 'use another directory in COPY --from=assets',
    },
  ],
  async run({ flags, args }, context) {
    const options = buildOptions(flags, args[0] ?? '.', context);
    refuseTerminalOutput(options.outputs ?? [], context);
    // As with docker: the file of an earlier build must not be mistaken for this build's.
    if (flags.iidfile !== undefined) await removeFile(flags.iidfile);
    for (const name of RESULT_FILES) refuseUnwritable(name, flags[name]);
    const method = callMethod(flags);
    if (method !== undefined) {
      const { callBuild } = await import('../call/index.ts');
      return callBuild(method, options, context);
    }
    const api = await context.api();
    const kind = flags.quiet ? 'quiet' : progressKind(flags.progress, context);
    const display = makeDisplay(kind, context, summaryKind(flags.summary));
    const limits = cacheLimits(flags['cache-max-size'], context.env);
    const observed: BuildOptions = {
      ...options,
      onEvent: (event) => display.handle(event),
      onCollectionDue: limits && (() => startCollector(limits, options.root)),
    };
    const onResult = async (result: BuildResult) => {
      display.close();
      await reportResult(result, flags, context);
    };
    const work = async () => {
      if (!flags.verify)
        return { result: await api.build({ ...observed, onResult }), verified: undefined };
      const both = await api.verify(observed);
      await onResult(both.build);
      return { result: both.build, verified: both };
    };
    const built = await displaying(display, work).catch((error: unknown) => {
      if (!(error instanceof StepError)) throw error;
      return withLookInside(error, flags.root ?? context.root);
    });
    if (built instanceof AppError) {
      if (flags['on-error'] !== 'shell' || built.details?.isKept !== true) throw built;
      await openShell(built, options, { context, api });
      return exitStatus.failure;
    }
    const { result, verified } = built;
    const explains = flags.explain && !flags.quiet && flags.progress !== 'rawjson';
    if (explains) await explainResult(result, flags, context);
    return verified === undefined ? 0 : await reportVerification(verified, context);
  },
});

/** @throws AppError CLI_FLAG_VALUE, CLI_USAGE, CLI_NOT_YET, CLI_ENVIRONMENT */
export function buildOptions(flags: Flags, path: string, context: CommandContext): BuildOptions {
  const { env, io } = context;
  if (path === '-' && flags.file === '-') {
    throw new AppError(
      'CLI_USAGE',
      'standard input cannot be both the context and the Dockerfile',
      {
        hint: 'give a directory as the context, or remove -f -',
      },
    );
  }
  const platforms =
    flags.platform.length > 0 ? flags.platform : [env.DOCKER_DEFAULT_PLATFORM ?? ''];
  const { buildArgs, epoch } = epochArgument(
    keyValues(flags['build-arg'], '--build-arg', env),
    env,
  );
  return {
    context: path,
    dockerfile: flags.file,
    stdin: path === '-' || flags.file === '-' ? io.stdin() : undefined,
    stdout: (chunk) => io.stdout.write(chunk),
    tags: flags.tag,
    target: flags.target,
    buildArgs,
    buildContexts: namedContexts(flags['build-context']),
    labels: labels(flags.label),
    pull: flags.pull,
    policy: flags.policy,
    noCache: flags['no-cache'],
    noCacheFilter: commaSeparated(flags['no-cache-filter']),
    cacheFrom: flags['cache-from'].map((text) => cacheSpec(text, '--cache-from')),
    cacheTo: flags['cache-to'].map((text) => cacheSpec(text, '--cache-to')),
    jobs: jobCount(flags.jobs),
    outputs: outputs(flags),
    annotations: flags.annotation,
    attestations: attestations(flags),
    squash: squashMode(flags.squash),
    addHosts: flags['add-host'].map(hostAlias),
    network: networkMode(flags.network),
    platforms: commaSeparated(platforms),
    shmSize:
      flags['shm-size'] === undefined ? undefined : byteSize(flags['shm-size'], '--shm-size'),
    ulimits: flags.ulimit.map(ulimit),
    isolation: isolationChoice(flags.isolation),
    limits: resourceLimits(flags),
    cgroupParent: flags['cgroup-parent'],
    caCertificates: certificateSources(flags, env),
    secrets: flags.secret.map((text) => secretSource(text, env)),
    ssh: flags.ssh.map(sshSource),
    allow: commaSeparated(flags.allow).map(entitlement),
    builder: flags.builder,
    frontend: frontendOf(flags.frontend),
    sourceDateEpoch: epoch,
    root: rootOf(flags, context),
    signal: context.signal,
  };
}

function frontendOf(text: string | undefined): 'remote' | undefined {
  if (text === undefined || text === 'remote') return text;
  throw new AppError('CLI_FLAG_VALUE', `--frontend: '${text}' is not a frontend`, {
    expected: 'remote',
    hint: 'leave it out to let lamina plan the Dockerfile',
  });
}

function summaryKind(text: string | undefined): SummaryKind {
  return summaryKinds.find((kind) => kind === text) ?? 'short';
}

/** Shows the error, and opens a shell in what the step left behind. */
async function openShell(
  error: AppError,
  options: BuildOptions,
  { context, api }: { readonly context: CommandContext; readonly api: Lamina },
): Promise<void> {
  const { renderError } = await import('../render-error.ts');
  const { debugging } = await import('./debug.ts');
  const { io, env } = context;
  await io.stderr.write(renderError(error, { color: useColor(io, env), debug: false }));
  const { root, secrets, ssh, isolation, signal } = options;
  const tty = io.stdinIsTerminal && io.stdout.isTerminal;
  const shell = { root, secrets, ssh, isolation, signal, tty, interactive: true };
  await debugging(shell, { context, api, progress: undefined });
}

/** The method that replaces the build; undefined: a build. */
function callMethod({ call, check, print }: Flags): string | undefined {
  if (check) return 'check';
  const method = call ?? print;
  return method === undefined || method === '' || method === 'build' ? undefined : method;
}

/** `--push` and `--load` add outputs; if an output is an image, `--push` pushes that one. */
function outputs(flags: Flags): OutputSpec[] {
  const specs = flags.output.map(outputSpec);
  if (flags.load && !specs.some(isLoad)) specs.push({ type: 'docker', attrs: {} });
  if (!flags.push) return specs;
  if (!specs.some(isImage)) return [...specs, { type: 'registry', attrs: {} }];
  return specs.map((spec) =>
    isImage(spec) ? { ...spec, attrs: { ...spec.attrs, push: 'true' } } : spec,
  );
}

function isLoad({ type, dest }: OutputSpec): boolean {
  return type === 'docker' && dest === undefined;
}

function isImage({ type }: OutputSpec): boolean {
  return type === 'image' || type === 'registry';
}

function squashMode(text: string | undefined): 'own' | 'all' | undefined {
  switch (text) {
    case undefined:
    case 'false':
      return undefined;
    case 'true':
    case 'own':
      return 'own';
    case 'all':
      return 'all';
    default:
      throw new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for --squash`, {
        expected: 'own (the default) or all',
      });
  }
}

export function certificateSources(
  flags: Pick<Flags, 'ca-certificates'>,
  env: CommandContext['env'],
): readonly string[] {
  if (flags['ca-certificates'].length > 0) return flags['ca-certificates'];
  return commaSeparated([env.LAMINA_CA_CERTIFICATES ?? '']).filter((source) => source !== '');
}

function jobCount(jobs: number | undefined): number | undefined {
  if (jobs !== 0) return jobs;
  throw new AppError('CLI_FLAG_VALUE', 'invalid value "0" for --jobs', {
    expected: 'a number from 1',
  });
}

function refuseTerminalOutput(specs: readonly OutputSpec[], { io }: CommandContext): void {
  if (!io.stdout.isTerminal || !specs.some(({ dest }) => dest === '-')) return;
  throw new AppError('CLI_TERMINAL_OUTPUT', 'cannot write an archive to the terminal', {
    hint: 'redirect standard output to a file, or set dest=FILE',
  });
}

/** Number of files listed for a layer. */
const LISTED_FILES = 50;

async function reportVerification(verified: VerifyResult, { io }: CommandContext): Promise<number> {
  const { renderVerification } = await import('../compare-report.ts');
  await io.stderr.write(renderVerification(verified, { files: LISTED_FILES }));
  return verified.identical ? 0 : 1;
}

/** Keeps a device such as /dev/null, or a link to one. */
async function removeFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile()) await rm(path, { force: true });
}

/** Why its steps ran. */
async function explainResult(
  { buildId }: BuildResult,
  flags: Flags,
  context: CommandContext,
): Promise<void> {
  const { renderExplanation } = await import('../why-text.ts');
  const api = await context.api();
  const { io, signal } = context;
  const explanation = await api.explainBuild({
    build: buildId,
    root: rootOf(flags, context),
    signal,
  });
  const columns = io.stderr.isTerminal ? io.stderr.size().columns : undefined;
  await io.stderr.write(`\n${renderExplanation(explanation, { columns, now: Date.now() })}`);
}

async function reportResult(
  result: BuildResult,
  flags: Flags,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const { imageId, metadata } = result;
  if (imageId !== undefined) await writeResult('iidfile', flags.iidfile, imageId, signal);
  const text = `${JSON.stringify(metadata, null, 2)}\n`;
  await writeResult('metadata-file', flags['metadata-file'], text, signal);
  if (flags.quiet) {
    if (imageId !== undefined) await io.stdout.write(`${imageId}\n`);
    return;
  }
  if (flags.progress !== 'rawjson') await io.stderr.write(describeOutputs(result));
}
