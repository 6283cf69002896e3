import type { PageImage } from '../page-data.ts';
import { nameOf } from './differences.tsx';
import { share, signedSize, size } from './format.ts';
import { ScrollPane } from './scroll-pane.tsx';

interface Figure {
  readonly title: string;
  readonly of: (image: PageImage) => number | null;
  readonly shown: (value: number) => string;
  readonly change: (difference: number) => string;
  /** Whether more of it is better, or neither. */
  readonly more?: 'good' | 'neutral';
}

const plain = (value: number) => value.toLocaleString('en-US');
const signed = (value: number) =>
  `${value < 0 ? '−' : value > 0 ? '+' : '±'}${plain(Math.abs(value))}`;
const points = (value: number) => `${signed(Math.round(value * 1000) / 10)} points`;
const bytes = { shown: size, change: signedSize };
const number = { shown: plain, change: signed, more: 'neutral' } as const;

const FIGURES: readonly Figure[] = [
  { title: 'Visible', of: ({ report }) => report.size.visible, ...bytes },
  { title: 'Unpacked', of: ({ report }) => report.size.unpacked, ...bytes },
  { title: 'Compressed', of: ({ report }) => report.size.compressed, ...bytes },
  { title: 'Reclaimable', of: ({ report }) => report.reclaimable.bytes, ...bytes },
  {
    ...{ title: 'Efficiency', of: ({ report }) => report.dive.efficiency, more: 'good' },
    ...{ shown: (value) => share(value, 1), change: points },
  },
  { title: 'Layers', of: ({ report }) => report.layers.length, ...number },
  { title: 'Files', of: ({ report }) => report.size.files, ...number },
  { title: 'Packages', of: ({ totals }) => totals.packages, ...number },
];

/** The figures of two images beside each other. */
export function ComparedSummary({ before, after }: { before: PageImage; after: PageImage }) {
  return (
    <ScrollPane class="card" label="Figures">
      <table class="figures">
        <caption class="visually-hidden">Figures of both images</caption>
        <thead>
          <tr>
            <td />
            {FIGURES.map(({ title }) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[before, after].map((image) => (
            <tr key={nameOf(image)}>
              <th scope="row">{nameOf(image)}</th>
              {FIGURES.map(({ title, of, shown }) => {
                const value = of(image);
                return (
                  <td key={title} class="number">
                    {value === null ? '–' : shown(value)}
                  </td>
                );
              })}
            </tr>
          ))}
          <tr>
            <th scope="row">Change</th>
            {FIGURES.map((figure) => (
              <Change key={figure.title} figure={figure} before={before} after={after} />
            ))}
          </tr>
        </tbody>
      </table>
    </ScrollPane>
  );
}

interface ChangeProps {
  readonly figure: Figure;
  readonly before: PageImage;
  readonly after: PageImage;
}

function Change({ figure: { of, change, more }, before, after }: ChangeProps) {
  const [left, right] = [of(before), of(after)];
  if (left === null || right === null) return <td class="number">–</td>;
  const difference = right - left;
  const isWorse = more === 'good' ? difference < 0 : more === undefined && difference > 0;
  return <td class={isWorse ? 'number bad' : 'number'}>{change(difference)}</td>;
}
