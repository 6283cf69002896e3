import type { PageBuild } from '../page-data.ts';
import { duration } from './format.ts';
import { ScrollPane } from './scroll-pane.tsx';

interface Span {
  readonly name: string;
  readonly stage: string;
  readonly began: number;
  readonly milliseconds: number;
  readonly kind: 'critical' | 'other' | 'work';
}

const KINDS: Readonly<Record<Span['kind'], string>> = {
  critical: 'on the critical path',
  other: 'other step',
  work: 'work of lamina',
};

/** When each step ran, in the order in which they began. Steps out of the cache take no time and are not here. */
export function Timeline({ build }: { build: PageBuild }) {
  const spans = spansOf(build);
  const whole = Math.max(1, build.milliseconds);
  const ticks = ticksOf(whole);
  const kinds = (['critical', 'other', 'work'] as const).filter((kind) =>
    spans.some((span) => span.kind === kind),
  );
  return (
    <ScrollPane label="Timeline">
      <table class="timeline">
        <caption class="visually-hidden">Steps that ran, in the order in which they began</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Step</th>
            <th scope="col" class="axis">
              <span class="visually-hidden">When it ran</span>
              <span class="ticks" aria-hidden="true">
                {ticks.map((at) => (
                  <span key={at} style={{ left: `${(at / whole) * 100}%` }}>
                    {duration(at)}
                  </span>
                ))}
              </span>
            </th>
            <th scope="col" class="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {spans.map(({ name, stage, began, milliseconds, kind }, index) => (
            <tr key={index}>
              <td class="quiet">{stage}</td>
              <td class="step">
                <code title={name}>{name}</code>
              </td>
              <td class="axis">
                <span class="visually-hidden">
                  {KINDS[kind]}, from {duration(began)}
                </span>
                <span class="track" aria-hidden="true">
                  {ticks.map((at) => (
                    <i key={at} style={{ left: `${(at / whole) * 100}%` }} />
                  ))}
                  <span
                    class={kind}
                    style={{
                      left: `${(began / whole) * 100}%`,
                      width: `${(milliseconds / whole) * 100}%`,
                    }}
                  />
                </span>
              </td>
              <td class="number">{duration(milliseconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="legend" aria-hidden="true">
        {kinds.map((kind) => (
          <span key={kind} class="key">
            <i class={kind} />
            {KINDS[kind]}
          </span>
        ))}
      </p>
    </ScrollPane>
  );
}

function spansOf({ steps, work }: PageBuild): readonly Span[] {
  const ran = steps.flatMap(
    ({ name, stage, instruction, began, milliseconds, status, isCritical }) =>
      began === null || status !== 'ran'
        ? []
        : ({
            ...{ name: instruction ?? name, stage: stage ?? '–', began, milliseconds },
            kind: isCritical ? 'critical' : 'other',
          } satisfies Span),
  );
  const beside = work.map(
    ({ name, began, milliseconds }): Span => ({
      ...{ name: name.replace(/^\[internal\] /, ''), stage: 'lamina', began, milliseconds },
      kind: 'work',
    }),
  );
  return [...ran, ...beside].sort((a, b) => a.began - b.began);
}

/** Four to eight round numbers of milliseconds. */
function ticksOf(whole: number): readonly number[] {
  const rough = whole / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const ticks: number[] = [];
  for (let at = 0; at < whole * 0.97; at += step) ticks.push(at);
  return ticks;
}
