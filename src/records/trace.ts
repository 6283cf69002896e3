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

/**
 * Trace events as chrome://tracing and Perfetto read them: threads for each stage, times in microseconds. Events of a thread must
 * not overlap, so what a stage does at the same time is in several threads.
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function chromeTrace(record: BuildRecord): unknown {
  const spans = spansOf(record);
  const lanes = new Lanes();
  const events = spans.map(({ name, stage, began, milliseconds, failed, attributes }) => ({
    ...{ name, cat: 'build', ph: 'X', pid: 1, tid: lanes.of(stage, began, milliseconds) },
    ts: began * 1000,
    dur: milliseconds * 1000,
    args: { ...attributes, ...(failed && { failed }) },
  }));
  const named = (name: string, tid: number, args: object) => ({ name, ph: 'M', pid: 1, tid, args });
  return {
    displayTimeUnit: 'ms',
    otherData: { build: record.id, dockerfile: record.dockerfile },
    traceEvents: [
      named('process_name', 0, { name: `lamina build ${record.id}` }),
      ...lanes.names.flatMap((name, index) => [
        named('thread_name', index + 1, { name }),
        named('thread_sort_index', index + 1, { sort_index: index }),
      ]),
      ...events,
    ],
  };
}

/** Threads in which no two spans overlap. */
class Lanes {
  readonly names: string[] = [];
  readonly #ends = new Map<string, { readonly tid: number; end: number }[]>();

  /** Called in the order in which the spans began. */
  of(stage: string, began: number, milliseconds: number): number {
    const lanes = this.#ends.get(stage) ?? [];
    this.#ends.set(stage, lanes);
    const end = began + milliseconds;
    const free = lanes.find((lane) => lane.end <= began);
    if (free !== undefined) {
      free.end = end;
      return free.tid;
    }
    const tid = this.names.push(lanes.length === 0 ? stage : `${stage} (${lanes.length + 1})`);
    lanes.push({ tid, end });
    return tid;
  }
}

/**
 * A trace as OTLP has it in JSON: the build, and in it a span for each step. Times are nanoseconds, as texts.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
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
    status: {
      ...status(record.outcome !== 'succeeded'),
      ...(record.error !== null && { message: record.error }),
    },
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
    value: anyValue(value),
  }));
}

function anyValue(value: string | number): unknown {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** The same for the same build, so that a trace which is sent twice is one. */
function idOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
