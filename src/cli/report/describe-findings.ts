/** What the linter says of the Dockerfile of the build. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Section } from './document.ts';
import { more } from './words.ts';

/** What saves most first. @param rows at most */
export function findingsSection(
  { findings }: Pick<ImageReport, 'findings'>,
  rows: number,
): Section | undefined {
  if (findings.length === 0) return undefined;
  const sorted = [...findings].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || a.line - b.line);
  return {
    title: 'Dockerfile',
    text: ['What `lamina lint` finds in it, as it was built. `lamina explain CODE` says more.'],
    table: {
      columns: [
        { title: 'LINE', align: 'right' },
        { title: 'LAYER', align: 'right' },
        { title: 'SAVES', align: 'right' },
        { title: 'CODE' },
        { title: 'FINDING', cut: 'end' },
      ],
      rows: sorted
        .slice(0, rows)
        .map(({ line, layer, bytes, code, what }) => [
          String(line),
          layer === null ? '-' : String(layer),
          bytes === null ? '-' : humanSize(bytes),
          code,
          what,
        ]),
    },
    notes: more(findings.length, rows, 'finding'),
  };
}
