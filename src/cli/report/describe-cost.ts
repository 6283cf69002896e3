/** How small the image is beside its stages, how long it takes to arrive, and what it costs. */
import type { ImageReport } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Section } from './document.ts';
import { plainNumber } from './words.ts';

export function stagesSection(report: ImageReport): Section | undefined {
  const { stages } = report;
  if (stages.length === 0) return undefined;
  return {
    title: 'Stages of the build',
    text: stagesText(report),
    table: {
      columns: [{ title: 'SIZE', align: 'right' }, { title: 'STAGE' }, { title: 'THE IMAGE IS' }],
      rows: stages.map(({ name, bytes, factor }) => [
        humanSize(bytes),
        name,
        factor > 1 ? `${factor} times smaller` : factor === 1 ? 'as large' : 'larger',
      ]),
    },
  };
}

function stagesText({ stages, singleStage, size }: ImageReport): string[] {
  const largest = stages.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  const texts: string[] = [];
  if (largest.factor > 1) {
    texts.push(
      `Stage ${largest.name} is ${humanSize(largest.bytes)}, the image is ${humanSize(size.unpacked)}: ${largest.factor} times ` +
        'smaller.',
    );
  }
  if (singleStage !== null && singleStage.factor > 1) {
    texts.push(
      `A Dockerfile with a single stage would have shipped ${humanSize(singleStage.bytes)}, ${singleStage.factor} times as much.`,
    );
  }
  return texts;
}

export function pullSection({ pull }: ImageReport): Section {
  return {
    title: 'Pull',
    text: ['How long a machine that has nothing of the image takes until it can start it.'],
    table: {
      columns: [
        { title: 'NETWORK', align: 'right' },
        { title: 'TIME', align: 'right' },
      ],
      rows: pull.map(({ bandwidth, seconds }) => [speed(bandwidth), ends(seconds, duration)]),
    },
  };
}

export function costSection({ cost }: ImageReport): Section {
  const money = (amount: number) => `${plainNumber(amount)} ${cost.currency}`;
  return {
    title: `Cost: ${ends(cost.total, money)} a month`,
    text: [],
    table: {
      columns: [{ title: '' }, { title: '' }],
      rows: [
        ['storage', ends(cost.storage, money)],
        ['transfer', ends(cost.transfer, money)],
        [
          'CI jobs',
          `${ends(cost.ci, money)}: they wait ${ends(cost.ciMinutes, plainNumber)} minutes`,
        ],
        ['start-up', `${ends(cost.startUpSeconds, duration)} on a machine that has nothing of it`],
      ],
    },
    notes: [...cost.assumptions, ...cost.sources],
  };
}

function ends([low, high]: readonly [number, number], text: (value: number) => string): string {
  const [from, to] = [text(low), text(high)];
  return from === to ? from : `${from} to ${to}`;
}

function speed(bandwidth: number): string {
  return bandwidth >= 1e9 ? `${bandwidth / 1e9} Gbit/s` : `${bandwidth / 1e6} Mbit/s`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${plainNumber(seconds)} s`;
  return `${Number((seconds / 60).toPrecision(2))} min`;
}
