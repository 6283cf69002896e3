/** The `created_by` texts of image histories, as BuildKit writes them. */
import type { Healthcheck } from '../oci/index.ts';
import { formatDuration, quoteGoList } from './go-text.ts';

/** Marks entries made by BuildKit's Dockerfile frontend; tools recognise them by it. */
export const HISTORY_COMMENT = 'buildkit.dockerfile.v0';

/** Marks entries of layers without an instruction. */
export const EXPORTER_COMMENT = 'buildkit.exporter.image.v0';

/** @param args declared ARGs with their values in the step's environment, in order of declaration */
export function runText(
  argv: readonly string[],
  args: readonly (readonly [string, string])[],
): string {
  const words = args.map(([name, value]) => `${name}=${value}`);
  const prefix = args.length === 0 ? [] : [`|${args.length}`, ...words];
  return ['RUN', ...prefix, ...argv, '# buildkit'].join(' ');
}

export interface CopyText {
  readonly keyword: 'COPY' | 'ADD';
  readonly parents: boolean;
  readonly owner: string | undefined;
  readonly mode: string | undefined;
  readonly sources: readonly string[];
  /** Names of here-documents. */
  readonly inline: readonly string[];
  /** As written, after expansion. */
  readonly destination: string;
}

export function copyText(copy: CopyText): string {
  const flags = [
    ...(copy.parents ? ['--parents'] : []),
    ...(copy.owner === undefined ? [] : [`--chown=${copy.owner}`]),
    ...(copy.mode === undefined ? [] : [`--chmod=${copy.mode}`]),
  ];
  const sources = [...copy.sources, ...copy.inline.map((name) => `<<${name}`)];
  return [copy.keyword, ...flags, ...sources, copy.destination, '# buildkit'].join(' ');
}

/** ENV and LABEL. */
export function pairsText(keyword: string, pairs: readonly (readonly [string, string])[]): string {
  return [keyword, ...pairs.map(([name, value]) => `${name}=${value}`)].join(' ');
}

export function argText(args: readonly (readonly [string, string | undefined])[]): string {
  return [
    'ARG',
    ...args.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)),
  ].join(' ');
}

/** CMD and ENTRYPOINT. */
export function commandText(keyword: string, argv: readonly string[]): string {
  return `${keyword} ${quoteGoList(argv)}`;
}

/** EXPOSE, VOLUME and SHELL. */
export function listText(keyword: string, words: readonly string[]): string {
  return `${keyword} [${words.join(' ')}]`;
}

export function healthcheckText(check: Healthcheck): string {
  const durations = (['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const).map(
    (name) => `${name}:${formatDuration(check[name] ?? 0)}`,
  );
  const test = `Test:[${(check.Test ?? []).join(' ')}]`;
  return `HEALTHCHECK {${[test, ...durations, `Retries:${check.Retries ?? 0}`].join(' ')}}`;
}
