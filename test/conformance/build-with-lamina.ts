/** Builds a case with lamina's command line. */
import { rmSync } from 'node:fs';
import type { RunLamina } from '../support/in-this-process.ts';
import type { ConformanceCase, Outcome } from './case.ts';
import { readOutcome } from './outcome.ts';
import { stepLines, type Workplace, type WrittenCase } from './workplace.ts';

/** Brings the base images into a store: those that a store takes whole. */
export async function loadBases({ bases }: Workplace, run: RunLamina): Promise<void> {
  for (const { directory, isForeign } of bases) {
    if (isForeign) continue;
    const { status, log } = await run(['load', '--quiet', '--input', directory]);
    if (status !== 0) throw new Error(log);
  }
}

/** @returns `error`: what lamina wrote to standard error */
export async function buildWithLamina(
  workplace: Workplace,
  testCase: ConformanceCase,
  written: WrittenCase,
  run: RunLamina,
): Promise<Outcome> {
  const first = await buildOnce(workplace, testCase, written, run);
  if (testCase.second === undefined || first.outcome.error !== undefined) return first.outcome;
  const options = { ...testCase.options, ...testCase.second.options };
  const changed = workplace.change(written, testCase);
  const { outcome, log } = await buildOnce(workplace, { ...testCase, options }, changed, run);
  return { ...outcome, steps: stepLines(log) };
}

async function buildOnce(
  workplace: Workplace,
  testCase: ConformanceCase,
  written: WrittenCase,
  run: RunLamina,
): Promise<{ readonly outcome: Outcome; readonly log: string }> {
  const argv = laminaArguments(workplace, testCase, written);
  const { status, log } = await run(argv, written.remote?.stdin);
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
