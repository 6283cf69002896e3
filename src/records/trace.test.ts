import { describe, expect, it } from 'vitest';
import { recordOf, stepOf } from '../../test/support/build-records.ts';
import { chromeTrace, otlpTrace } from './trace.ts';

const record = recordOf(
  [
    stepOf('a', { name: '[a 1/2] RUN "x"\n', began: 5, milliseconds: 20, bytes: 7 }),
    stepOf('a', { name: '[a 2/2] RUN y', began: 10, milliseconds: 2.5, line: null }),
    stepOf('b', { name: '[b 1/1] RUN z', began: 25, milliseconds: 1, failed: true }),
    stepOf('b', { name: 'never', began: null, status: 'skipped' }),
  ],
  {
    ...{ outcome: 'failed', error: 'STEP_FAILED', milliseconds: 40 },
    work: [{ name: 'load build context', began: 0, milliseconds: 4 }],
  },
);

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

describe('a Chrome trace', () => {
  const { traceEvents } = chromeTrace(record) as { traceEvents: readonly Event[] };
  const spans = traceEvents.filter(({ ph }) => ph === 'X');

  it('has what took time, in microseconds', () => {
    expect(spans.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['load build context', 0, 4000],
      ['[a 1/2] RUN "x"\n', 5000, 20_000],
      ['[a 2/2] RUN y', 10_000, 2500],
      ['[b 1/1] RUN z', 25_000, 1000],
    ]);
    expect(spans.at(-1)?.args).toMatchObject({ status: 'ran', failed: true });
  });

  it('has a thread for each stage, and another for what overlaps', () => {
    const threads = traceEvents.filter(({ name }) => name === 'thread_name');
    expect(threads.map(({ tid, args }) => [tid, args.name])).toEqual([
      [1, 'lamina'],
      [2, 'a'],
      [3, 'a (2)'],
      [4, 'b'],
    ]);
    expect(spans.map(({ tid }) => tid)).toEqual([1, 2, 3, 4]);
    expect(traceEvents[0]).toMatchObject({ name: 'process_name', ph: 'M', pid: 1 });
  });
});

describe('an OTLP trace', () => {
  const trace = otlpTrace(record) as {
    readonly resourceSpans: readonly {
      readonly resource: { readonly attributes: readonly unknown[] };
      readonly scopeSpans: readonly { readonly spans: readonly Record<string, unknown>[] }[];
    }[];
  };
  const [root, ...spans] = trace.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];

  it('has one trace, and a parent for all spans but the build', () => {
    const all = [root, ...spans];
    expect(new Set(all.map((span) => span?.traceId)).size).toBe(1);
    expect(new Set(all.map((span) => span?.spanId)).size).toBe(all.length);
    expect(root?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(root).not.toHaveProperty('parentSpanId');
    expect(spans.map((span) => span.parentSpanId)).toEqual(spans.map(() => root?.spanId));
    expect(trace.resourceSpans[0]?.resource.attributes).toContainEqual({
      ...{ key: 'service.name', value: { stringValue: 'lamina' } },
    });
  });

  it('has times as texts of nanoseconds, and the status of each span', () => {
    expect(root).toMatchObject({
      ...{ startTimeUnixNano: '1700000000000000000', endTimeUnixNano: '1700000000040000000' },
      ...{ kind: 1, status: { code: 2, message: 'STEP_FAILED' } },
    });
    expect(spans.map(({ status }) => status)).toEqual([
      ...[{ code: 1 }, { code: 1 }, { code: 1 }, { code: 2 }],
    ]);
  });

  it('has attributes of the types that OTLP knows', () => {
    expect(spans[1]?.attributes).toEqual([
      { key: 'lamina.stage', value: { stringValue: 'a' } },
      { key: 'lamina.status', value: { stringValue: 'ran' } },
      { key: 'lamina.bytes', value: { intValue: '7' } },
      { key: 'lamina.line', value: { intValue: '1' } },
    ]);
  });
});
