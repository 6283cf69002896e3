import type { ImageReport } from '../../analysis/index.ts';
import { count, share, size } from './format.ts';

/** The figures that people ask for first. */
export function Summary({ report }: { report: ImageReport }) {
  const { size: sizes, reclaimable, layers, dive } = report;
  const figures = [
    ['Visible', size(sizes.visible), count(sizes.files, 'file')],
    ['Unpacked', size(sizes.unpacked), count(layers.length, 'layer')],
    [
      'Compressed',
      sizes.compressed === null ? '–' : size(sizes.compressed),
      sizes.compressed === null ? 'not compressed yet' : 'what a pull downloads',
    ],
    [
      'Reclaimable',
      size(reclaimable.bytes),
      `${share(reclaimable.bytes, sizes.unpacked)} of what is shipped`,
    ],
    ['Efficiency', share(dive.efficiency, 1), `${size(dive.wastedBytes)} wasted, as dive counts`],
  ] as const;
  return (
    <dl class="summary">
      {figures.map(([title, value, note]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>
            <strong>{value}</strong>
            <span>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
