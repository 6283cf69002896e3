/** Builds a case with lamina: its whole command line, in this process. */
import { rmSync } from 'node:fs';
import type { Io, Output } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createLamina } from '../../src/index.ts';
import type { ConformanceCase, Outcome } from './case.ts';
import { readOutcome } from './outcome.ts';
import { stepLines, type Workplace, type WrittenCase } from './workplace.ts';

/** Brings the base images into a store: those that a store takes whole. */
export async function loadBases({ bases }: Workplace, root: string): Promise<void> {
  for (const { directory, isForeign } of bases) {
    if (!isForeign) await createLamina({ root }).loadImages({ source: directory });
  }
}

/** @returns `error`: what lamina wrote to standard error */
export async function buildWithLamina(
  workplace: Workplace,
  testCase: ConformanceCase,
  written: WrittenCase,
  root: string,
): Promise<Outcome> {
  const first = await buildOnce(workplace, testCase, written, root);
  if (testCase.second === undefined || first.outcome.error !== undefined) return first.outcome;
  const options = { ...testCase.options, ...testCase.second.options };
  const changed = workplace.change(written, testCase);
  const { outcome, log } = await buildOnce(workplace, { ...testCase, options }, changed, root);
  return { ...outcome, steps: stepLines(log) };
}

async function buildOnce(
  workplace: Workplace,
  testCase: ConformanceCase,
  written: WrittenCase,
  root: string,
): Promise<{ readonly outcome: Outcome; readonly log: string }> {
  const stderr = new Collected();
  const { PATH, LAMINA_ISOLATION } = process.env;
  const env = { LAMINA_ROOT: root, LAMINA_ISOLATION, PATH, NO_COLOR: '1' };
  const status = await runProgram({
    argv: laminaArguments(workplace, testCase, written),
    io: ioOf(stderr, written.remote?.stdin),
    env,
    signal: new AbortController().signal,
    api: async () => createLamina({ env }),
  });
  const log = stderr.text;
  if (status !== 0) return { outcome: { error: log }, log };
  const { layers = false, times = [] } = testCase;
  const { baseDiffId } = workplace;
  const outcome = await readOutcome(written.output, { baseDiffId, layers, times });
  rmSync(written.output, { recursive: true });
  return { outcome, log };
}

function laminaArguments(
  { bases }: Workplace,
  { options = {}, second }: ConformanceCase,
  written: WrittenCase,
): string[] {
  const flag = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}`, value];
  const pairs = (name: string, values: Readonly<Record<string, string>> | undefined) =>
    Object.entries(values ?? {}).flatMap(([key, value]) => flag(name, `${key}=${value}`));
  return [
    ...['build', `--progress=${second ? 'plain' : 'quiet'}`],
    // By hand: the suite on a BuildKit daemon.
    ...flag('builder', process.env.CONFORMANCE_BUILDER),
    ...flag('file', written.remote === undefined ? written.dockerfile : options.inContext),
    ...flag('target', options.target),
    ...flag('platform', options.platform),
    ...flag('network', options.network),
    ...flag('shm-size', options.shmSize),
    ...pairs('build-arg', written.buildArgs),
    ...pairs('label', options.labels),
    ...bases
      .filter(({ isForeign }) => isForeign)
      .flatMap(({ name, directory, digest }) =>
        flag('build-context', `${name}=oci-layout://${directory}@${digest}`),
      ),
    ...pairs('build-context', written.contexts),
    ...(options.addHosts ?? []).flatMap((host) => flag('add-host', host)),
    ...(options.ulimits ?? []).flatMap((limit) => flag('ulimit', limit)),
    ...(options.allow ?? []).flatMap((what) => flag('allow', what)),
    ...(options.noCache === true
      ? ['--no-cache']
      : flag('no-cache-filter', options.noCache?.join(','))),
    ...Object.entries(written.ssh).flatMap(([id, socket]) => flag('ssh', `${id}=${socket}`)),
    ...Object.entries(written.secrets).flatMap(([id, path]) =>
      flag('secret', `id=${id},src=${path}`),
    ),
    ...flag('output', `type=oci,tar=false,compression=uncompressed,dest=${written.output}`),
    contextArgument(written),
  ];
}

function contextArgument({ context, remote }: WrittenCase): string {
  if (remote === undefined) return context;
  return remote.stdin === undefined ? remote.url : '-';
}

class Collected implements Output {
  readonly isTerminal = false;
  readonly #chunks: Buffer[] = [];

  write(data: string | Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(data));
    return Promise.resolve();
  }

  size() {
    return { columns: 80, rows: 24 };
  }

  onResize() {
    return () => undefined;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

function ioOf(stderr: Output, stdin: Uint8Array | undefined): Io {
  return {
    stdout: new Collected(),
    stderr,
    stdinIsTerminal: false,
    async *stdin() {
      if (stdin === undefined) throw new Error('this case has nothing on standard input');
      yield await Promise.resolve(stdin);
    },
    question: () => Promise.resolve(undefined),
    secret: async () => undefined,
  };
}
