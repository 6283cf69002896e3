/** Formats figures for people. */
import type { ScenarioFigures } from './compare.ts';
import type { NodeStartFigures } from './node-starts.ts';

const HEAD = ['scenario', 'builder', 'median', 'ratio', 'processor', 'peak memory'];

export function scenarioTable({ scenario, figures }: ScenarioFigures): string {
  const rows = figures.map(({ builder, median, ratio, cpuSeconds, peakKb, failure }, at) => [
    at === 0 ? scenario : '',
    builder,
    median === undefined ? 'not measured' : `${median.toFixed(2)} s`,
    ratio === undefined || builder === 'lamina' ? '' : `${ratio.toFixed(1)} x`,
    cpuSeconds === undefined ? '' : `${cpuSeconds.toFixed(2)} s`,
    peakKb === undefined ? '' : `${Math.round(peakKb / 1024)} MB`,
    failure === undefined ? '' : (failure.split('\n', 1)[0] ?? ''),
  ]);
  return rows.map(line).join('');
}

export function tableHead(): string {
  return line(HEAD);
}

export function nodeStartText(figures: NodeStartFigures): string {
  const { pairs, nodeSeconds, laminaSeconds, ratio, limit } = figures;
  const verdict = ratio <= limit ? 'within' : 'over';
  const ms = (seconds: number) => `${Math.round(seconds * 1000)} ms`;
  return [
    `hello-go, fully cached: ${ms(laminaSeconds)}; bare node: ${ms(nodeSeconds)}; `,
    `${ratio.toFixed(2)} node starts (median of ${pairs} pairs), ${verdict} ${limit}\n`,
  ].join('');
}

function line([scenario = '', builder = '', ...rest]: readonly string[]): string {
  const [time = '', ratio = '', processor = '', peak = '', note = ''] = rest;
  const cells = [
    scenario.padEnd(14),
    builder.padEnd(9),
    time.padStart(13),
    ratio.padStart(8),
    processor.padStart(10),
    peak.padStart(12),
  ];
  return `${`${cells.join(' ')}  ${note}`.trimEnd()}\n`;
}
