/** Comparisons as text: what differs, file by file, and what to do about it. */
import type { CompareImagesResult, VerifyResult } from '../api/index.ts';
import { humanSize, printable } from '../progress/index.ts';

type Files = Extract<CompareImagesResult, { kind: 'files' }>['comparison'];
type Layers = Extract<CompareImagesResult, { kind: 'layers' }>['comparison'];
type FileDifference = Files['files'][number];

export interface ReportOptions {
  /** Number of files listed for a layer or an image; the rest are counted. */
  readonly files: number;
}

/** @returns whole lines */
export function renderComparison(result: CompareImagesResult, options: ReportOptions): string {
  const { a, b, identical, config } = result.comparison;
  if (identical) return `the images are the same: ${a}\n`;
  const lines = [
    `A  ${a}`,
    `B  ${b}`,
    ...configLines(config),
    ...(result.kind === 'layers'
      ? layerLines(result.comparison, options)
      : imageLines(result.comparison, options)),
  ];
  return `${lines.join('\n')}\n`;
}

/** @returns whole lines */
export function renderVerification(
  { identical, comparisons }: VerifyResult,
  options: ReportOptions,
): string {
  if (comparisons.length === 0) return 'no image was built, so there is nothing to compare\n';
  if (identical) {
    const ids = comparisons.map(({ a, platform }) => `${a} (${platform})`).join(', ');
    return `reproducible: both builds produced ${ids}\n`;
  }
  const several = comparisons.length > 1;
  const lines = comparisons.flatMap((comparison) => {
    const title = several ? [`${comparison.platform}:`] : [];
    if (comparison.identical) return [...title, `both builds produced ${comparison.a}`];
    return [...title, ...configLines(comparison.config), ...layerLines(comparison, options)];
  });
  return `not reproducible: the second build produced a different image\n${lines.join('\n')}\n`;
}

function configLines(differences: Files['config']): readonly string[] {
  const shownOnes = differences.filter(({ path }) => !TIMES.test(path));
  const times = differences.length - shownOnes.length;
  return [
    ...shownOnes.map(
      ({ path, a, b }) => `config ${printable(path)}: ${shown(a)} became ${shown(b)}`,
    ),
    ...(times === 0
      ? []
      : ['config: times differ (set SOURCE_DATE_EPOCH to make them the same in every build)']),
  ];
}

const TIMES = /^(?:created|history\[\d+\]\.created)$/;

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : printable(value);
}

function imageLines({ files, sizeA, sizeB }: Files, options: ReportOptions): readonly string[] {
  if (files.length === 0) return ['files: the same, with the same contents'];
  const count = (kind: FileDifference['kind']) => files.filter((file) => file.kind === kind).length;
  const title = `files: ${count('added')} added, ${count('removed')} removed, ${count('changed')} changed`;
  return [`${title}, ${humanSize(sizeA)} became ${humanSize(sizeB)}`, ...fileLines(files, options)];
}

function layerLines({ layers }: Layers, options: ReportOptions): readonly string[] {
  return layers
    .filter(({ a, b }) => a !== b)
    .flatMap(({ position, instruction, a, b, files }) => {
      const name = `layer ${position + 1}, ${printable(instruction ?? 'unknown instruction')}`;
      if (a === undefined || b === undefined) {
        return [`${name}: only in ${a === undefined ? 'B' : 'A'}`, ...fileLines(files, options)];
      }
      if (files.length === 0) return [`${name}: the same files, packed differently`];
      return [
        `${name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
        ...fileLines(files, options),
      ];
    });
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function fileLines(files: readonly FileDifference[], options: ReportOptions): readonly string[] {
  const listed = files.slice(0, options.files).flatMap((file) => {
    const { kind, path, sizeA, sizeB, changes, cause } = file;
    const size = kind === 'added' ? sizeB : kind === 'removed' ? sizeA : undefined;
    return [
      `  ${SIGNS[kind]} ${path}${size === undefined ? '' : `  ${humanSize(size)}`}`,
      ...changes.map(({ what, a, b }) => `      ${what}: ${printable(a)} became ${printable(b)}`),
      ...(cause === undefined ? [] : [`      why: ${cause.reason}; ${cause.cure}`]),
    ];
  });
  const more = files.length - options.files;
  return more > 0 ? [...listed, `  and ${more} more (--files ${files.length} lists all)`] : listed;
}
