/**
 * The display for programs: one JSON object on each line, in the format of BuildKit's SolveStatus, for readers of
 * `buildx --progress=rawjson`. The summary, which BuildKit does not have, comes last, under `summary`.
 */
import type { Display, Write } from './display.ts';
import type { BuildEvent, StepInfo } from './events.ts';
import { printableJson } from './terminal-text.ts';

const STREAM_NUMBER = { stdout: 1, stderr: 2 } as const;

export function rawjsonDisplay(write: Write): Display {
  const started = new Map<string, number>();
  const statusStarted = new Map<string, number>();
  return {
    showsOutput: false,
    handle(event) {
      if (event.kind === 'step.started') started.set(event.step.id, event.time);
      const line = toSolveStatus(event, started, statusStarted);
      write(`${printableJson(JSON.stringify(line))}\n`);
    },
    close() {},
  };
}

function toSolveStatus(
  event: BuildEvent,
  started: ReadonlyMap<string, number>,
  statusStarted: Map<string, number>,
): Record<string, unknown> {
  const vertex = (step: StepInfo, more: Record<string, unknown>) => ({
    vertexes: [{ digest: step.id, name: step.name, ...startOf(started.get(step.id)), ...more }],
  });
  const time = new Date(event.time).toISOString();
  switch (event.kind) {
    case 'build.planned':
      return { vertexes: event.steps.map(({ id, name }) => ({ digest: id, name })) };
    case 'build.isolation':
      return { isolation: { name: event.isolation, lacks: event.lacks } };
    case 'step.started':
      return vertex(event.step, {});
    case 'step.cached':
      return vertex(event.step, { started: time, completed: time, cached: true });
    case 'step.completed':
      return vertex(event.step, { completed: time });
    case 'step.cancelled':
      return vertex(event.step, { completed: time, error: 'context canceled' });
    case 'step.failed':
      return vertex(event.step, { completed: time, error: event.error.message });
    case 'step.status':
      return { statuses: [statusOf(event, time, statusStarted)] };
    case 'step.log': {
      const data = Buffer.from(event.data).toString('base64');
      const stream = STREAM_NUMBER[event.stream];
      return { logs: [{ vertex: event.step.id, stream, data, timestamp: time }] };
    }
    case 'warning':
      return { warnings: [warningOf(event)] };
    case 'build.summary':
      return { summary: event.summary };
  }
}

function startOf(time: number | undefined): { started?: string } {
  return time === undefined ? {} : { started: new Date(time).toISOString() };
}

function statusOf(
  event: Extract<BuildEvent, { kind: 'step.status' }>,
  time: string,
  statusStarted: Map<string, number>,
): Record<string, unknown> {
  const key = `${event.step.id} ${event.label}`;
  const start = statusStarted.get(key) ?? event.time;
  statusStarted.set(key, start);
  return {
    id: event.label,
    vertex: event.step.id,
    ...(event.total === undefined ? {} : { total: event.total }),
    current: event.current,
    unit: event.unit,
    timestamp: time,
    ...startOf(start),
    ...(event.done ? { completed: time } : {}),
  };
}

function warningOf({ warning }: Extract<BuildEvent, { kind: 'warning' }>): Record<string, unknown> {
  const { location } = warning;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    code: warning.code,
    level: 1,
    short: base64(warning.message),
    ...(warning.hint === undefined ? {} : { detail: [base64(warning.hint)] }),
    ...(location === undefined
      ? {}
      : {
          sourceInfo: { filename: location.file },
          range: [
            {
              start: {
                line: location.range.start.line,
                character: location.range.start.column - 1,
              },
              end: { line: location.range.end.line, character: location.range.end.column - 1 },
            },
          ],
        }),
  };
}
