/** What became of another image. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Section } from './document.ts';
import { count, more, signedSize } from './words.ts';

export function againstSection({ against, size }: ImageReport, rows: number): Section | undefined {
  if (against === null) return undefined;
  const { image, size: added, layers, packages } = against;
  const facts = [
    ['unpacked', `${signedSize(added.unpacked)} (${humanSize(size.unpacked)} now)`],
    ...(added.compressed === null ? [] : [['compressed', signedSize(added.compressed)]]),
    ['files', signed(added.files)],
    ['reclaimable', signedSize(against.reclaimable)],
    [
      'layers',
      `${count(layers.shared, 'layer')} shared; a machine that has the other image pulls ${count(layers.added.length, 'layer')}, ` +
        humanSize(layers.compressed ?? layers.unpacked),
    ],
    ...against.leftovers.map(({ kind, bytes }) => [`leftovers: ${kind}`, signedSize(bytes)]),
    ...packages
      .slice(0, rows)
      .map(({ type, name, before, after, bytes }) => [
        `${type} ${name}`,
        `${versions(before, after)}, ${signedSize(bytes)}`,
      ]),
    ...more(packages.length, rows, 'package').map((text) => ['packages', text]),
    ...(against.newSecrets.length === 0
      ? []
      : [['secrets', `${count(against.newSecrets.length, 'new one')}, see below`]]),
  ];
  return {
    title: `Against ${image.names[0] ?? image.id}`,
    text:
      against.problems.length === 0
        ? []
        : [
            `Incomplete: ${count(against.problems.length, 'layer')} of this image could not be read, and these numbers lack what is in them.`,
          ],
    table: { columns: [{ title: '' }, { title: '' }], rows: facts },
  };
}

function versions(before: string | null, after: string | null): string {
  if (before === null) return `new, ${after}`;
  if (after === null) return `gone, was ${before}`;
  return before === after ? after : `${before} became ${after}`;
}

function signed(number: number): string {
  return number < 0 ? String(number) : `+${number}`;
}
