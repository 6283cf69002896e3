/** The times of a build in the forms that trace viewers read. */
import { createHash } from 'node:crypto';
import type { BuildRecord } from './types.ts';

/** Something that took time. */
interface Span {
  readonly name: string;
  readonly stage: string;
  /** Milliseconds from the beginning of the build. */
  readonly began: number;
  readonly milliseconds: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

function spansOf({ steps, work }: BuildRecord): readonly Span[] {
  const ofSteps = steps.flatMap(
    ({ name, stage, began, milliseconds, status, bytes, line, failed = false }): readonly Span[] =>
      began === null
        ? []
        : [
            {
              ...{ name, stage: stage ?? 'build', began, milliseconds, failed },
              attributes: { status, bytes, ...(line !== null && { line }) },
            },
          ],
  );
  const ofWork = work.map(
    ({ name, began, milliseconds }): Span => ({
      ...{ name, stage: 'lamina', began, milliseconds, failed: false, attributes: {} },
    }),
  );
  return [...ofWork, ...ofSteps].sort((a, b) => a.began - b.began);
}

/** Trace events as chrome://tracing and Perfetto read them: a thread for each stage, times in microseconds. */
export function chromeTrace(record: BuildRecord): unknown {
  const spans = spansOf(record);
  const stages = [...new Set(spans.map(({ stage }) => stage))];
  const thread = (stage: string) => stages.indexOf(stage) + 1;
  return {
    displayTimeUnit: 'ms',
    otherData: { build: record.id, dockerfile: record.dockerfile },
    traceEvents: [
      ...stages.map((name) => ({
        ...{ name: 'thread_name', ph: 'M', pid: 1, tid: thread(name), args: { name } },
      })),
      ...spans.map(({ name, stage, began, milliseconds, attributes }) => ({
        ...{ name, cat: 'build', ph: 'X', pid: 1, tid: thread(stage), args: attributes },
        ts: began * 1000,
        dur: milliseconds * 1000,
      })),
    ],
  };
}

/** A trace as OTLP has it in JSON: the build, and in it a span for each step. Times are nanoseconds, as texts. */
export function otlpTrace(record: BuildRecord): unknown {
  const traceId = idOf(record.id, 32);
  const root = idOf(`${record.id} build`, 16);
  const nanoseconds = (offset: number) =>
    `${BigInt(Math.round(record.started + offset)) * 1_000_000n}`;
  const times = (began: number, milliseconds: number) => ({
    startTimeUnixNano: nanoseconds(began),
    endTimeUnixNano: nanoseconds(began + milliseconds),
  });
  const status = (failed: boolean) => ({ code: failed ? STATUS_ERROR : STATUS_OK });
  const whole = {
    ...{ traceId, spanId: root, name: 'build', kind: KIND_INTERNAL },
    ...times(0, record.milliseconds),
    attributes: attributesOf({ 'lamina.build': record.id, 'lamina.dockerfile': record.dockerfile }),
    status: status(record.outcome !== 'succeeded'),
  };
  const spans = spansOf(record).map((span, index) => ({
    ...{ traceId, spanId: idOf(`${record.id} ${index}`, 16), parentSpanId: root },
    ...{ name: span.name, kind: KIND_INTERNAL, ...times(span.began, span.milliseconds) },
    attributes: attributesOf({ 'lamina.stage': span.stage, ...prefixed(span.attributes) }),
    status: status(span.failed),
  }));
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'lamina' }) },
        scopeSpans: [{ scope: { name: 'lamina' }, spans: [whole, ...spans] }],
      },
    ],
  };
}

const KIND_INTERNAL = 1;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

function prefixed(attributes: Span['attributes']): Span['attributes'] {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`lamina.${name}`, value]),
  );
}

function attributesOf(values: Span['attributes']): unknown {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

/** The same for the same build, so that a trace which is sent twice is one. */
function idOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
