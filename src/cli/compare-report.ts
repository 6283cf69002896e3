/** Comparisons as text: what differs, file by file, and what to do about it. */
import type { CompareImagesResult, VerifyResult } from '../api/index.ts';
import { humanSize, printable } from '../progress/index.ts';
import {
  describeFiles,
  describeLayers,
  describeSummary,
  fileCounts,
  isTime,
  TIMES_DIFFER,
} from './describe-comparison.ts';
import { renderMarkdown, renderText } from './report/index.ts';

type Files = Extract<CompareImagesResult, { kind: 'files' }>['comparison'];
type Layers = Extract<CompareImagesResult, { kind: 'layers' }>['comparison'];
type FileDifference = Files['files'][number];

export interface ReportOptions {
  /** Number of files listed for a layer or an image; the rest are counted. */
  readonly files: number;
}

export interface ComparisonOptions extends ReportOptions {
  /** Rows of each table. */
  readonly rows: number;
}

/** @returns whole lines */
export function renderComparison(
  result: CompareImagesResult,
  options: ComparisonOptions & { /** Width of the terminal. */ readonly columns: number },
): string {
  const { a, b, identical, config } = result.comparison;
  if (identical) return `the images are the same: ${a}\n`;
  if (result.kind === 'files') {
    const summary = renderText(describeSummary(result.comparison, options.rows), options.columns);
    return `${summary}\n${imageLines(result.comparison, options).join('\n')}\n`;
  }
  const layers = layerLines(result.comparison, options);
  return `${[`A  ${a}`, `B  ${b}`, ...configLines(config), ...layers].join('\n')}\n`;
}

/** For pull requests. @returns whole lines */
export function renderMarkdownComparison(
  result: CompareImagesResult,
  { files, rows }: ComparisonOptions,
): string {
  const { a, identical } = result.comparison;
  if (identical) return renderMarkdown({ title: `The images are the same: ${a}`, sections: [] });
  if (result.kind === 'layers') return renderMarkdown(describeLayers(result.comparison, files));
  const { title, sections } = describeSummary(result.comparison, rows);
  return renderMarkdown({
    title,
    sections: [...sections, describeFiles(result.comparison, files)],
  });
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
  const shownOnes = differences.filter((one) => !isTime(one));
  const times = differences.length - shownOnes.length;
  return [
    ...shownOnes.map(
      ({ path, a, b }) => `config ${printable(path)}: ${shown(a)} became ${shown(b)}`,
    ),
    ...(times === 0 ? [] : [`config: ${TIMES_DIFFER}`]),
  ];
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : printable(value);
}

function imageLines({ files, sizeA, sizeB }: Files, options: ReportOptions): readonly string[] {
  if (files.length === 0) return ['files: the same, with the same contents'];
  return [
    `files: ${fileCounts(files)}, ${humanSize(sizeA)} became ${humanSize(sizeB)}`,
    ...fileLines(files, options),
  ];
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
