/** Builds a case with the BuildKit daemon at `$BUILDKIT_HOST`. */
import { rmSync } from 'node:fs';
import { execute } from '../support/cli.ts';
import type { CaseOptions, ConformanceCase, Outcome } from './case.ts';
import { readOutcome } from './outcome.ts';
import { stepLines, type Workplace, type WrittenCase } from './workplace.ts';

const BUILDCTL = process.env.BUILDCTL ?? 'buildctl';

export async function buildWithBuildkit(
  workplace: Workplace,
  testCase: ConformanceCase,
  written: WrittenCase,
): Promise<Outcome> {
  const first = await buildOnce(workplace, testCase, written);
  if (testCase.second === undefined || first.outcome.error !== undefined) return first.outcome;
  const options = { ...testCase.options, ...testCase.second.options };
  const changed = workplace.change(written, testCase);
  const { outcome, log } = await buildOnce(workplace, { ...testCase, options }, changed);
  return { ...outcome, steps: stepLines(log) };
}

/** Forgets the cache: a case with a second build starts with none. */
export async function pruneBuildkit(): Promise<void> {
  await execute(BUILDCTL, ['prune', '--all']);
}

async function buildOnce(
  workplace: Workplace,
  { options = {}, layers = false, times = [] }: ConformanceCase,
  written: WrittenCase,
): Promise<{ readonly outcome: Outcome; readonly log: string }> {
  const given = buildctlArguments(workplace, options, written);
  const { status, stderr: log } = await execute(BUILDCTL, given);
  if (status !== 0) return { outcome: { error: messageOf(log) }, log };
  const { baseDiffId } = workplace;
  const outcome = await readOutcome(written.output, { baseDiffId, layers, times });
  rmSync(written.output, { recursive: true });
  return { outcome, log };
}

/** The version of the daemon: as it says itself, or `$BUILDKIT_VERSION` if it was built without being told. */
export async function buildkitVersion(): Promise<string> {
  const { stdout, stderr } = await execute(BUILDCTL, ['debug', 'info']);
  const match = /BuildKit:\s+(\S+) (\S+)/.exec(stdout);
  if (match === null) throw new Error(`buildctl does not reach a daemon: ${stderr}${stdout}`);
  return process.env.BUILDKIT_VERSION ?? match[2] ?? '';
}

function buildctlArguments(
  workplace: Workplace,
  options: CaseOptions,
  written: WrittenCase,
): string[] {
  const opt = (key: string, value: string | undefined) =>
    value === undefined ? [] : ['--opt', `${key}=${value}`];
  const all = (values: Readonly<Record<string, string>> | undefined, prefix: string) =>
    Object.entries(values ?? {}).flatMap(([key, value]) => opt(`${prefix}:${key}`, value));
  return [
    ...['build', '--progress=plain', '--frontend=dockerfile.v0'],
    ...contextArguments(written, options),
    ...workplace.bases.flatMap(({ name, directory, digest }) => [
      ...['--oci-layout', `${name}=${directory}`],
      ...opt(`context:${name}`, `oci-layout://${name}@${digest}`),
    ]),
    ...Object.entries(written.contexts).flatMap(([name, value], index) =>
      value.startsWith('/')
        ? [...['--local', `case${index}=${value}`], ...opt(`context:${name}`, `local:case${index}`)]
        : opt(`context:${name}`, value),
    ),
    ...opt('target', options.target),
    ...opt('cmdline', options.builtInFrontend && 'built-in'),
    ...opt('platform', options.platform),
    ...opt('add-hosts', options.addHosts?.join(',')),
    ...opt('force-network-mode', options.network),
    ...opt('shm-size', options.shmSize),
    ...opt('ulimit', options.ulimits?.join(',')),
    ...all(written.buildArgs, 'build-arg'),
    ...all(options.labels, 'label'),
    ...(options.allow ?? []).flatMap((what) => ['--allow', what]),
    ...(options.noCache === true ? ['--no-cache'] : opt('no-cache', options.noCache?.join(','))),
    ...Object.entries(written.ssh).flatMap(([id, socket]) => ['--ssh', `${id}=${socket}`]),
    ...Object.entries(written.secrets).flatMap(([id, path]) => [
      '--secret',
      `id=${id},src=${path}`,
    ]),
    ...['--output', `type=oci,tar=false,compression=uncompressed,dest=${written.output}`],
  ];
}

function contextArguments(
  { context, dockerfile, remote }: WrittenCase,
  { inContext }: CaseOptions,
): string[] {
  if (remote !== undefined) {
    const filename = inContext === undefined ? [] : ['--opt', `filename=${inContext}`];
    return ['--opt', `context=${remote.url}`, ...filename];
  }
  const slash = dockerfile.lastIndexOf('/');
  return [
    ...['--local', `context=${context}`],
    ...['--local', `dockerfile=${dockerfile.slice(0, slash)}`],
    ...['--opt', `filename=${dockerfile.slice(slash + 1)}`],
  ];
}

function messageOf(stderr: string): string {
  const lines = stderr.trimEnd().split('\n');
  const start = lines.findLastIndex((line) => /^error: /.test(line));
  const text = start === -1 ? (lines.at(-1) ?? '') : lines.slice(start).join('\n');
  return text.replace(/^error: (failed to solve: )?/, '');
}
