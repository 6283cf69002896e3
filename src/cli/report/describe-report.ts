/** What a report says, in words and tables, the most useful first. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { shortId } from '../commands/images.ts';
import { againstSection } from './describe-against.ts';
import { largestSection, packagesSection } from './describe-contents.ts';
import { costSection, pullSection, stagesSection } from './describe-cost.ts';
import { findingsSection } from './describe-findings.ts';
import { secretsSection, securitySection } from './describe-security.ts';
import { duplicatesSection, leftoversSection, reclaimableSection } from './describe-waste.ts';
import type { ReportDocument, Section } from './document.ts';
import { count, percent } from './words.ts';

/** @param rows of each table at most */
export function describeReport(report: ImageReport, rows: number): ReportDocument {
  const { image } = report;
  const sections = [
    problemsSection(report),
    imageSection(report),
    againstSection(report, rows),
    layersSection(report),
    stagesSection(report),
    findingsSection(report, rows),
    reclaimableSection(report, rows),
    leftoversSection(report),
    duplicatesSection(report, rows),
    largestSection(report, rows),
    packagesSection(report, rows),
    securitySection(report, rows),
    secretsSection(report),
    pullSection(report),
    costSection(report),
  ];
  return {
    title: `Report on ${image.names[0] ?? image.id}`,
    sections: sections.filter((section) => section !== undefined),
  };
}

function problemsSection({ problems }: ImageReport): Section | undefined {
  if (problems.length === 0) return undefined;
  return {
    title: 'Incomplete',
    text: ['These layers could not be read. What is in them is in no figure below.'],
    table: {
      columns: [{ title: 'LAYER', align: 'right' }, { title: 'CODE' }, { title: 'PROBLEM' }],
      rows: problems.map(({ layer, code, message }) => [String(layer), code, message]),
    },
  };
}

function imageSection({ image, size, layers, base, reclaimable, dive }: ImageReport): Section {
  const { names, id, platform, created, user } = image;
  const compressed =
    size.compressed === null
      ? 'not known: not all layers have a compressed form'
      : `${humanSize(size.compressed)}, what a pull downloads`;
  const rows = [
    ...(names.length > 1 ? [['also named', names.slice(1).join(', ')]] : []),
    ['id', shortId(id, false)],
    ['platform', platform],
    ['created', created ?? 'not said'],
    ['runs as', user === '' ? 'root' : user],
    ['layers', String(layers.length)],
    ['unpacked', `${humanSize(size.unpacked)}, what its layers hold`],
    ['compressed', compressed],
    [
      'visible',
      `${humanSize(size.visible)} in ${count(size.files, 'file')}, what a container sees`,
    ],
    ...baseRows(base),
    [
      'reclaimable',
      `${humanSize(reclaimable.bytes)} (${percent(reclaimable.bytes, size.unpacked)}), shipped but hidden by later layers`,
    ],
    [
      'efficiency',
      `${percent(dive.efficiency, 1)} as dive counts it, ${humanSize(dive.wastedBytes)} wasted`,
    ],
  ];
  return { title: 'Image', text: [], table: { columns: [{ title: '' }, { title: '' }], rows } };
}

function baseRows(base: ImageReport['base']): readonly (readonly string[])[] {
  if (base === null) return [];
  const { unpacked, compressed } = base.unique;
  const packed = compressed === null ? '' : `, ${humanSize(compressed)} compressed`;
  return [
    ['based on', `${base.name}, its lowest ${count(base.layers, 'layer')}`],
    ['unique', `${humanSize(unpacked)}${packed}, what it adds to its base`],
  ];
}

function layersSection({ layers, problems }: ImageReport): Section {
  const unread = new Set(problems.map(({ layer }) => layer));
  const hasLines = layers.some(({ line, stage }) => line !== null || stage !== null);
  return {
    title: 'Layers, bottom first',
    text: [],
    table: {
      columns: [
        { title: '#', align: 'right' },
        { title: 'UNPACKED', align: 'right' },
        { title: 'COMPRESSED', align: 'right' },
        { title: 'RECLAIMABLE', align: 'right' },
        ...(hasLines ? [{ title: 'FROM' }] : []),
        { title: 'INSTRUCTION', cut: 'end' },
      ],
      rows: layers.map((layer) => [
        String(layer.index),
        unread.has(layer.index) ? 'unread' : humanSize(layer.unpacked),
        layer.compressed === null ? '-' : humanSize(layer.compressed),
        layer.reclaimable === 0 ? '-' : humanSize(layer.reclaimable),
        ...(hasLines ? [sourceOf(layer)] : []),
        layer.instruction ?? '(the image does not say)',
      ]),
    },
  };
}

function sourceOf({ stage, line }: ImageReport['layers'][number]): string {
  return [stage, line === null ? undefined : `line ${line}`]
    .filter((part) => part !== null && part !== undefined)
    .join(', ');
}
