/** The instructions that give a new stage the metadata of an image. */
import type { ArgInstruction, Instruction } from '../dockerfile/index.ts';
import type { ContainerConfig } from '../oci/index.ts';

/**
 * The instructions, one each. Values are those of the image, except where an instruction of the stage uses an ARG: it is
 * repeated as written, with the ARGs of the stage before it, so that arguments of a build keep their meaning.
 */
export function metadataLines(
  config: ContainerConfig,
  instructions: readonly Instruction[],
): readonly string[] {
  const repeated = repeatedInstructions(instructions);
  const args = repeated.length === 0 ? [] : argsOf(instructions);
  const has = (kind: Instruction['kind']) => repeated.some((one) => one.kind === kind);
  const setBy = (kind: 'env' | 'label') =>
    new Set(
      repeated.flatMap((one) => (one.kind === kind ? one.pairs.map(({ key }) => key.text) : [])),
    );
  const env = setBy('env');
  const labels = setBy('label');
  return [
    ...args.map(({ text }) => text),
    ...(config.Env ?? []).flatMap((pair) => {
      const [name = '', value = ''] = splitPair(pair);
      return env.has(name) ? [] : [`ENV ${name}=${quoted(value)}`];
    }),
    ...Object.entries(config.Labels ?? {}).flatMap(([name, value]) =>
      labels.has(name) ? [] : [`LABEL ${quoted(name)}=${quoted(value)}`],
    ),
    ...repeated.map(({ text }) => text),
    ...(config.WorkingDir && !has('workdir') ? [`WORKDIR ${escaped(config.WorkingDir)}`] : []),
    ...Object.keys(config.Volumes ?? {}).map((path) => `VOLUME ${JSON.stringify([path])}`),
    ...(has('expose')
      ? []
      : Object.keys(config.ExposedPorts ?? {}).map((port) => `EXPOSE ${port}`)),
    ...(config.StopSignal && !has('stopsignal') ? [`STOPSIGNAL ${config.StopSignal}`] : []),
    ...(config.User && !has('user') ? [`USER ${escaped(config.User)}`] : []),
    ...(config.Shell ? [`SHELL ${JSON.stringify(config.Shell)}`] : []),
    ...healthcheck(config),
    ...(config.Entrypoint ? [`ENTRYPOINT ${JSON.stringify(config.Entrypoint)}`] : []),
    ...(config.Cmd ? [`CMD ${JSON.stringify(config.Cmd)}`] : []),
  ];
}

/** Instructions whose values depend on an ARG of the stage. */
function repeatedInstructions(instructions: readonly Instruction[]) {
  const names = argsOf(instructions).flatMap(({ args }) => args.map(({ name }) => name.text));
  return instructions
    .filter(isMetadata)
    .filter(({ text }) =>
      names.some((name) => new RegExp(`\\$(?:${name}\\b|\\{${name}\\b)`).test(text)),
    );
}

function argsOf(instructions: readonly Instruction[]): readonly ArgInstruction[] {
  return instructions.filter((one) => one.kind === 'arg');
}

const METADATA = ['env', 'label', 'expose', 'user', 'workdir', 'stopsignal'] as const;
type Metadata = Extract<Instruction, { kind: (typeof METADATA)[number] }>;

function isMetadata(instruction: Instruction): instruction is Metadata {
  return METADATA.some((kind) => kind === instruction.kind);
}

function splitPair(pair: string): readonly [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

/** A value that the parser reads back as it is. */
function quoted(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `"${text.replace(/["\\$]/g, '\\$&')}"`;
}

function escaped(text: string): string {
  return text.replace(/["'\\$]/g, '\\$&');
}

function healthcheck({ Healthcheck: check }: ContainerConfig): readonly string[] {
  const [kind, ...words] = check?.Test ?? [];
  if (check === undefined || kind === undefined) return [];
  if (kind === 'NONE') return ['HEALTHCHECK NONE'];
  const flags = [
    ['interval', check.Interval],
    ['timeout', check.Timeout],
    ['start-period', check.StartPeriod],
    ['start-interval', check.StartInterval],
  ].flatMap(([name, nanoseconds]) =>
    nanoseconds ? [`--${name}=${Number(nanoseconds) / 1e6}ms`] : [],
  );
  if (check.Retries) flags.push(`--retries=${check.Retries}`);
  const command = kind === 'CMD-SHELL' ? words.join(' ') : JSON.stringify(words);
  return [['HEALTHCHECK', ...flags, 'CMD', command].join(' ')];
}
