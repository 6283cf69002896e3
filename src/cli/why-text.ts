/** Why steps ran, for people: each cause once, with the steps that followed from it. */
import type { ExplainedStep, Explanation, StepCause, StepCauseKind } from '../api/index.ts';
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
  const cached = steps.filter(({ status }) => status === 'cached').length;
  if (cached === steps.length)
    return ['', cached === 1 ? 'the only step was cached' : `all ${cached} steps were cached`];
  if (ran.length === 0) return ['', `${cached} of ${steps.length} steps were cached, none ran`];
  return ['', `${ran.length} of ${steps.length} steps ran, ${humanDuration(time)} together`];
}

/** One line: `main.go changed: 12 bytes → 15 bytes`. */
export function causeText({ kind, subject, before, after, from }: StepCause): string {
  const what = subject ?? '';
  const values = `${before ?? 'nothing'} → ${after ?? 'nothing'}`;
  if (kind === 'file' && before === null) return `file ${what} is new: ${after}`;
  if (kind === 'file' && after === null) return `file ${what} is gone`;
  if (kind === 'definition' && before === null) return `new in the Dockerfile: ${what}`;
  if (kind === 'definition' && after === null) return `gone from the Dockerfile: ${what}`;
  const texts: Readonly<Record<StepCauseKind, string>> = {
    file: `file ${what} changed: ${values}`,
    mount: `what is mounted changed: ${what}: ${values}`,
    secret: `another secret or agent is mounted: ${what}`,
    arg: `ARG ${what} changed: ${values}`,
    env: `ENV ${what} changed: ${values}`,
    base: `base ${what} changed: ${values}`,
    definition: `definition changed at ${what}: ${values}`,
    ignore: `${what} changed: ${values}`,
    platform: `built for another platform: ${values}`,
    order: `in another order: ${what}`,
    forced: `${what} made it run`,
    missing: `not in the cache: ${after ?? 'its result was removed'}`,
    cache: `not in the imported caches: ${what}: ${after}`,
    parent: `because of ${from}`,
  };
  return texts[kind];
}
