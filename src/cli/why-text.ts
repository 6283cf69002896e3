/** Why steps ran, for people: each cause once, with the steps that followed from it. */
import type { ExplainedStep, Explanation, StepCause } from '../api/index.ts';
import { clip, humanDuration, printable } from '../progress/index.ts';
import { ago } from './ago.ts';

export interface WhyTextOptions {
  /** Longer lines are cut. Undefined: none is. */
  readonly columns: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function renderExplanation(
  explanation: Explanation,
  { columns, now }: WhyTextOptions,
): string {
  const { steps, advice } = explanation;
  const isFollower = ({ cause }: ExplainedStep) => cause?.kind === 'parent';
  const lines = steps
    .filter((step) => !isFollower(step))
    .flatMap((step) => [
      stepLine(step),
      ...(step.cause === null ? [] : [`          ${causeText(step.cause)}`]),
      ...followers(step, steps),
    ]);
  const orphans = steps.filter(
    (step) => isFollower(step) && !steps.some(({ name }) => name === step.cause?.from),
  );
  const all = [
    ...heading(explanation, now),
    '',
    ...lines,
    ...orphans.map(stepLine),
    ...summary(steps),
    ...advice.map((text) => `advice: ${text}`),
  ];
  return all
    .map((line) => {
      const shown = printable(line);
      return `${columns === undefined ? shown : clip(shown, columns)}\n`;
    })
    .join('');
}

function heading(
  { build, against, dockerfile, target, started }: Explanation,
  now: number,
): string[] {
  const of = target === '' ? dockerfile : `${dockerfile}, target ${target}`;
  return [
    `build ${build} of ${of}, ${ago(started, now)}`,
    against === null
      ? 'no earlier build of this Dockerfile and target is on record'
      : `compared with build ${against}`,
  ];
}

function stepLine({ name, line, status, milliseconds }: ExplainedStep): string {
  const time = status === 'ran' ? humanDuration(milliseconds) : status;
  return `${time.padStart(8)}  ${name}${line === null ? '' : ` (line ${line})`}`;
}

function followers(step: ExplainedStep, steps: readonly ExplainedStep[]): string[] {
  const found = steps.filter(({ cause }) => cause?.from === step.name);
  if (found.length === 0) return [];
  return ['          because of it ran:', ...found.map((one) => `  ${stepLine(one)}`)];
}

function summary(steps: readonly ExplainedStep[]): string[] {
  const ran = steps.filter(({ status }) => status === 'ran');
  const time = ran.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  if (ran.length === 0) return ['', `all ${steps.length} steps were cached`];
  return ['', `${ran.length} of ${steps.length} steps ran, ${humanDuration(time)} together`];
}

/** One line: `main.go changed: 12 bytes → 15 bytes`. */
export function causeText({ kind, subject, before, after, from }: StepCause): string {
  const what = subject ?? '';
  const values = `${before ?? 'nothing'} → ${after ?? 'nothing'}`;
  switch (kind) {
    case 'file':
      if (before === null) return `file ${what} is new: ${after}`;
      return after === null ? `file ${what} is gone` : `file ${what} changed: ${values}`;
    case 'mount':
      return `what is mounted changed: ${what}: ${values}`;
    case 'secret':
      return `another secret or agent is mounted: ${what}`;
    case 'arg':
      return `ARG ${what} changed: ${values}`;
    case 'env':
      return `ENV ${what} changed: ${values}`;
    case 'base':
      return `base ${what} changed: ${values}`;
    case 'definition':
      if (before === null) return `new in the Dockerfile: ${what}`;
      return after === null
        ? `gone from the Dockerfile: ${what}`
        : `definition changed at ${what}: ${values}`;
    case 'ignore':
      return `${what} changed: ${values}`;
    case 'platform':
      return `built for another platform: ${values}`;
    case 'order':
      return `in another order: ${what}`;
    case 'forced':
      return `${what} made it run`;
    case 'missing':
      return `not in the cache: ${after ?? ''}`;
    case 'cache':
      return `not in the imported cache: ${what} was ${after}`;
    case 'parent':
      return `because of ${from}`;
  }
}
