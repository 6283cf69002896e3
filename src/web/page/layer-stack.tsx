import type { ImageReport } from '../../analysis/index.ts';
import { size } from './format.ts';
import { layerColours } from './palette.ts';
import { ScrollPane } from './scroll-pane.tsx';
import type { Theme } from './theme.ts';

export interface LayerStackProps {
  readonly report: ImageReport;
  readonly theme: Theme;
  readonly chosen: number | undefined;
  readonly onChoose: (layer: number | undefined) => void;
}

/** The layers with what they weigh, the topmost first: as they lie on each other. */
export function LayerStack({ report, theme, chosen, onChoose }: LayerStackProps) {
  const { layers } = report;
  const colours = layerColours(layers.length, theme === 'dark');
  const widest = Math.max(1, ...layers.map(({ unpacked }) => unpacked));
  const isCompressed = layers.some(({ compressed }) => compressed !== null);
  const isBuilt = layers.some(({ stage, line }) => stage !== null || line !== null);
  if (layers.length === 0) return <p class="nothing">The image has no layers.</p>;
  return (
    <ScrollPane class="pane" label="Layers">
      <table class="layers">
        <caption class="visually-hidden">Layers, topmost first</caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Instruction</th>
            <th scope="col" class="number">
              Unpacked
            </th>
            {isCompressed && (
              <th scope="col" class="number">
                Compressed
              </th>
            )}
            <th scope="col" class="number">
              Reclaimable
            </th>
          </tr>
        </thead>
        <tbody>
          {[...layers].reverse().map((layer) => {
            const { index, instruction, unpacked, compressed, reclaimable } = layer;
            const isChosen = index === chosen;
            const isUnread = report.problems.some((problem) => problem.layer === index);
            const style = {
              '--layer': colours[index]?.fill ?? '',
              '--on-layer': colours[index]?.ink ?? '',
            };
            return (
              <tr key={index} class={isChosen ? 'chosen' : undefined}>
                <td>
                  <button
                    type="button"
                    class="layer-button"
                    style={style}
                    aria-pressed={isChosen}
                    aria-label={`Layer ${index}: show only what it ships`}
                    onClick={() => onChoose(isChosen ? undefined : index)}
                  >
                    {index}
                  </button>
                </td>
                <td class="wide">
                  <code title={instruction ?? undefined}>
                    {instruction ?? <span class="quiet">not in the history</span>}
                  </code>
                  <div class={isBuilt ? 'under' : 'under alone'}>
                    <div aria-hidden="true">
                      <div class="bar" style={{ ...style, width: `${(unpacked / widest) * 100}%` }}>
                        <span
                          style={{ width: `${(reclaimable / Math.max(1, unpacked)) * 100}%` }}
                        />
                      </div>
                    </div>
                    {isBuilt && <span class="quiet">{placeOf(layer)}</span>}
                  </div>
                </td>
                <td class={isUnread ? 'number bad' : 'number'}>
                  {isUnread ? 'not read' : size(unpacked)}
                </td>
                {isCompressed && (
                  <td class="number">{compressed === null ? '–' : size(compressed)}</td>
                )}
                <td class={reclaimable > 0 ? 'number bad' : 'number quiet'}>
                  {reclaimable > 0 ? size(reclaimable) : '–'}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollPane>
  );
}

function placeOf({ stage, line }: ImageReport['layers'][number]): string {
  if (stage === null && line === null) return 'base image';
  return [stage, line === null ? null : `line ${line}`].filter((part) => part !== null).join(', ');
}
