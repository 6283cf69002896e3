import { describe, expect, it } from 'vitest';
import { AppError, StepError } from '../errors.ts';
import type { Display, Write } from './display.ts';
import type { BuildEvent, BuildSummary, StepInfo } from './events.ts';
import { plainDisplay } from './plain.ts';
import { quietDisplay } from './quiet.ts';
import { rawjsonDisplay } from './rawjson.ts';
import type { SummaryKind } from './summary.ts';

const T0 = 1_700_000_000_000;

const step = (id: string, name: string): StepInfo => ({
  id,
  name,
  stage: undefined,
  line: undefined,
});
const context = step('sha256:c', '[context] load build context');
const run = step('sha256:r', '[build 2/3] RUN make');
const copy = step('sha256:k', '[build 3/3] COPY . /src');

const log = (info: StepInfo, time: number, text: string | Uint8Array): BuildEvent => ({
  kind: 'step.log',
  time: T0 + time,
  step: info,
  stream: 'stdout',
  data: typeof text === 'string' ? Buffer.from(text) : text,
});

const transfer = (
  time: number,
  current: number,
  done: boolean,
  info: StepInfo = context,
): BuildEvent => ({
  kind: 'step.status',
  time: T0 + time,
  step: info,
  label: 'transferring context',
  current,
  total: undefined,
  unit: 'bytes',
  done,
});

const summary: BuildSummary = {
  steps: [
    { step: context, cached: false, durationMs: 12, addedBytes: 0 },
    { step: run, cached: false, durationMs: 21_300, addedBytes: 312_000_000 },
    { step: copy, cached: true, durationMs: 0, addedBytes: 2_050 },
  ],
  stages: [
    { name: 'build', bytes: 412_300_000, isTarget: false },
    { name: 'stage-1', bytes: 1_900_000, isTarget: true },
  ],
  unusedStages: ['test', 'docs'],
  leftBehindBytes: 412_300_000,
  images: [
    {
      platform: undefined,
      layers: [{ origin: 'COPY --from=build /hello /hello', bytes: 1_900_000, files: 1 }],
      layerCount: 1,
      bytes: 1_900_000,
    },
  ],
  durationMs: 23_400,
};

function shown(events: readonly BuildEvent[], make: (write: Write) => Display): string {
  const chunks: Uint8Array[] = [];
  const display = make((text) => {
    chunks.push(Buffer.from(text));
  });
  for (const event of events) display.handle(event);
  display.close();
  return Buffer.concat(chunks).toString('utf8');
}

describe('plainDisplay', () => {
  const plain = (...events: BuildEvent[]) => shown(events, plainDisplay);

  it('writes BuildKit’s plain lines', () => {
    const text = plain(
      { kind: 'build.planned', time: T0, steps: [context, run, copy] },
      { kind: 'step.started', time: T0, step: context },
      transfer(1, 2050, true),
      { kind: 'step.completed', time: T0 + 12, step: context, durationMs: 12, addedBytes: 0 },
      { kind: 'step.started', time: T0 + 20, step: run },
      log(run, 233, 'cc -o hello hello.c\nstrip hello\n'),
      { kind: 'step.completed', time: T0 + 1240, step: run, durationMs: 1220, addedBytes: 7 },
      { kind: 'step.cached', time: T0 + 1250, step: copy },
    );
    expect(text).toMatchInlineSnapshot(`
      "#1 [context] load build context
      #1 transferring context: 2.05kB done
      #1 DONE 0.0s

      #2 [build 2/3] RUN make
      #2 0.213 cc -o hello hello.c
      #2 0.213 strip hello
      #2 DONE 1.2s

      #3 [build 3/3] COPY . /src
      #3 CACHED
      "
    `);
  });

  it('marks every line of interleaved steps, whatever their chunks', () => {
    const text = plain(
      { kind: 'step.started', time: T0, step: run },
      { kind: 'step.started', time: T0, step: copy },
      log(run, 100, 'one\ntw'),
      log(copy, 200, '#1 ERROR: forged\r\n'),
      log(run, 300, 'o\nno end'),
      { kind: 'step.completed', time: T0 + 400, step: run, durationMs: 400, addedBytes: 0 },
    );
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      '#1 [build 2/3] RUN make',
      '#2 [build 3/3] COPY . /src',
      '#1 0.100 one',
      '#2 0.200 #1 ERROR: forged',
      '#1 0.300 two',
      '#1 0.400 no end',
      '#1 DONE 0.4s',
    ]);
  });

  it('lets colours of the output pass, and nothing else that a terminal obeys', () => {
    const text = 'a \x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[6n\tb\x08\n';
    expect(plain(log(run, 0, text))).toContain('#1 0.000 a \x1b[31mred\x1b[0m \tb\x1b[0m\n');
    const colorless = shown([log(run, 0, text)], (write) => plainDisplay(write, { color: false }));
    expect(colorless).toContain('#1 0.000 a red \tb\n');
    expect(plain(log(run, 0, '100%\r#9 ERROR: forged\r\n'))).toContain(
      '\n#1 0.000 #9 ERROR: forged\n',
    );
  });

  it('shows now and then what a step writes over with carriage returns', () => {
    const text = plain(
      { kind: 'step.started', time: T0, step: run },
      log(run, 100, ' 1%\r'),
      log(run, 5100, ' 50%\r'),
      log(run, 9000, ' 90%\r'),
      log(run, 9900, ' 100%\n'),
    );
    expect(text.split('\n').slice(1, -1)).toEqual(['#1 5.100  50%', '#1 9.900  100%']);
  });

  it('hands out endless lines in pieces', () => {
    const text = plain(log(run, 0, 'x'.repeat(3 * 1024 * 1024)));
    expect(text.split('\n').length).toBeGreaterThan(1);
    expect(text.replace(/[^x]/g, '')).toHaveLength(3 * 1024 * 1024);
  });

  it('shows a long transfer now and then, and how it ended', () => {
    const text = plain(
      { kind: 'step.started', time: T0, step: context },
      transfer(0, 1_000, false),
      transfer(500, 2_000, false),
      transfer(1500, 30_000_000, false),
      transfer(2000, 117_580_000, true),
      transfer(2000, 117_580_000, true),
    );
    expect(text).toMatchInlineSnapshot(`
      "#1 [context] load build context
      #1 transferring context: 1.00kB
      #1 transferring context: 30.00MB 1.5s
      #1 transferring context: 117.58MB 2.0s done
      "
    `);
  });

  it('says what failed, and what was stopped for it', () => {
    const error = new StepError('the command ended with exit code 2\nforged', {
      exitCode: 2,
      signal: undefined,
      outputTail: [],
      instruction: 'RUN make',
    });
    const text = plain(
      { kind: 'step.started', time: T0, step: run },
      { kind: 'step.started', time: T0, step: copy },
      { kind: 'step.failed', time: T0, step: run, error },
      { kind: 'step.cancelled', time: T0, step: copy },
    );
    expect(text).toContain('#1 ERROR: process did not complete successfully: exit code: 2\n');
    expect(text).toContain('#2 CANCELED\n');
  });

  it('repeats the last lines of a failed step that other steps have pushed out of sight', () => {
    const error = new StepError('ended', {
      exitCode: 2,
      signal: undefined,
      outputTail: [],
      instruction: 'RUN make',
    });
    const others = (count: number) =>
      Array.from({ length: count }, (_, index) => log(copy, 2, `other ${index}\n`));
    const end: BuildEvent = { kind: 'step.failed', time: T0 + 3, step: run, error };
    const near = plain(log(run, 1, 'the reason\n'), ...others(5), end);
    expect(near.match(/the reason/g)).toHaveLength(1);
    const far = plain(log(run, 1, 'the reason\n'), ...others(50), end);
    expect(far).toMatch(/#1 last line of output, from above:\n#1 the reason\n#1 ERROR: .*\n$/);
  });

  const summaryOf = (kind: SummaryKind, of = summary) =>
    shown([{ kind: 'build.summary', time: T0, summary: of }], (write) =>
      plainDisplay(write, { summary: kind }),
    );

  it('ends with the summary, in short', () => {
    expect(plain({ kind: 'build.summary', time: T0, summary })).toMatchInlineSnapshot(`
      "
      stage          size
        build       412MB
        stage-1     1.9MB  target
      image of 1.9MB in 1 layer, built in 23.4s
      left behind in other stages: 412MB; not needed, not built: test, docs
      "
    `);
    expect(summaryOf('none')).toBe('');
  });

  it('keeps the short summary short, however much there is', () => {
    const stages = Array.from({ length: 30 }, (_, index) => ({
      name: `stage-${index}`,
      bytes: index * 1000,
      isTarget: index === 2,
    }));
    const images = Array.from({ length: 9 }, (_, index) => ({
      platform: `linux/${index}`,
      layers: [],
      layerCount: 0,
      bytes: 0,
    }));
    const text = summaryOf('short', {
      ...summary,
      stages,
      images,
      unusedStages: stages.map(({ name }) => name),
    });
    expect(text.trim().split('\n').length).toBeLessThan(10);
    expect(text).toMatchInlineSnapshot(`
      "
      stage                    size
        stage-2                 2kB  target
        stage-28               28kB
        stage-29               29kB
        and 27 smaller stages
      image of 0B in 0 layers for linux/0
      image of 0B in 0 layers for linux/1
      and 7 images for other platforms
      built in 23.4s; left behind in other stages: 412MB; not needed, not built: stage-0, stage-1, stage-…
      "
    `);
  });

  it('shows the full summary on request', () => {
    expect(summaryOf('full')).toMatchInlineSnapshot(`
      "
      step                              time    added
        [context] load build context    0.0s
        [build 2/3] RUN make           21.3s   +312MB
        [build 3/3] COPY . /src       CACHED  +2.05kB

      stage          size
        build       412MB
        stage-1     1.9MB  target

      image of 1.9MB in 1 layer, built in 23.4s   size
        COPY --from=build /hello /hello          1.9MB  1 file

      left behind in other stages: 412MB; not needed, not built: test, docs
      "
    `);
  });

  it('counts cached steps where there are many', () => {
    const steps = Array.from({ length: 100 }, (_, index) => ({
      step: step(`${index}`, `[${index + 1}/100] RUN ${index}`),
      cached: index !== 50,
      durationMs: 0,
      addedBytes: 0,
    }));
    const text = summaryOf('full', { ...summary, steps });
    expect(text).toContain('[51/100] RUN 50');
    expect(text).toContain('and 99 cached steps');
    expect(text).not.toContain('[1/100]');
  });

  it('shows warnings with their location', () => {
    const position = { line: 3, column: 1, offset: 0 };
    const location = { file: 'Dockerfile', text: '', range: { start: position, end: position } };
    const code = 'StageNameCasing';
    const warning = { code, message: 'mixed case', hint: 'write AS', location } as const;
    expect(plain({ kind: 'warning', time: T0, warning })).toBe(
      '\nWARNING: mixed case (Dockerfile:3) [StageNameCasing]\n  hint: write AS\n',
    );
  });
});

describe('rawjsonDisplay', () => {
  it('writes one SolveStatus a line', () => {
    const lines = shown(
      [
        { kind: 'build.planned', time: T0, steps: [run] },
        { kind: 'step.started', time: T0, step: run },
        log(run, 5, Uint8Array.of(0xff, 0x0a)),
        transfer(7, 10, true, run),
        {
          kind: 'step.failed',
          time: T0 + 9,
          step: run,
          error: new AppError('IMAGE_NOT_FOUND', 'no'),
        },
        { kind: 'build.summary', time: T0 + 10, summary },
      ],
      rawjsonDisplay,
    )
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const started = '2023-11-14T22:13:20.000Z';
    const vertex = { digest: 'sha256:r', name: '[build 2/3] RUN make' };
    expect(lines).toEqual([
      { vertexes: [vertex] },
      { vertexes: [{ ...vertex, started }] },
      {
        logs: [
          { vertex: 'sha256:r', stream: 1, data: '/wo=', timestamp: '2023-11-14T22:13:20.005Z' },
        ],
      },
      {
        statuses: [
          {
            id: 'transferring context',
            vertex: 'sha256:r',
            current: 10,
            unit: 'bytes',
            timestamp: '2023-11-14T22:13:20.007Z',
            started: '2023-11-14T22:13:20.007Z',
            completed: '2023-11-14T22:13:20.007Z',
          },
        ],
      },
      { vertexes: [{ ...vertex, started, completed: '2023-11-14T22:13:20.009Z', error: 'no' }] },
      { summary },
    ]);
  });
});

describe('quietDisplay', () => {
  it('says nothing', () => {
    expect(shown([log(run, 0, 'x\n')], quietDisplay)).toBe('');
  });
});
