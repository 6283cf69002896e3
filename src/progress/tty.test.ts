import { describe, expect, it } from 'vitest';
import { AppError, StepError } from '../errors.ts';
import type { BuildEvent, StepInfo } from './events.ts';
import { clip, displayWidth, outputLine, printable } from './terminal-text.ts';
import { ttyDisplay } from './tty.ts';
import { type FrameModel, finishedLine, frameLines, type RunningStep } from './tty-frame.ts';

const T0 = 1_700_000_000_000;
const info = (name: string): StepInfo => ({ id: name, name, stage: undefined, line: undefined });

const running = (name: string, more: Partial<RunningStep> = {}): RunningStep => ({
  info: info(name),
  started: T0,
  tail: [],
  status: undefined,
  ...more,
});

const model = (...steps: RunningStep[]): FrameModel => ({
  started: T0,
  finished: 3,
  total: 9,
  running: steps,
});

const size = { columns: 60, rows: 24, color: false };

describe('frameLines', () => {
  it('shows running steps with their last output, times and totals', () => {
    const frame = frameLines(
      model(
        running('[build 3/5] RUN go build', { tail: ['compiling a', 'compiling b'] }),
        running('[context] load build context', {
          status: {
            label: 'transferring context',
            current: 2_050_000,
            total: undefined,
            unit: 'bytes',
          },
        }),
      ),
      T0 + 3200,
      size,
    );
    expect(frame.join('\n')).toMatchInlineSnapshot(`
      "▸ [build 3/5] RUN go build                         3.2s
         │ compiling a
         │ compiling b
      ▸ [context] load build context: transferring con…  3.2s
      3 of 9 steps done, 2 running, 3.2s"
    `);
  });

  it('never is wider or higher than the terminal', () => {
    const tail = Array.from({ length: 20 }, (_, index) => `line ${index} ${'界'.repeat(80)}`);
    const steps = Array.from({ length: 30 }, (_, index) =>
      running(`[${index}/30] RUN ${'long '.repeat(40)}`, { tail }),
    );
    for (const columns of [10, 40, 80, 200]) {
      for (const rows of [2, 5, 24, 60]) {
        const frame = frameLines(model(...steps), T0 + 1000, { columns, rows, color: true });
        expect(frame.length).toBeLessThan(Math.max(3, rows));
        expect(Math.max(...frame.map(displayWidth))).toBeLessThan(columns);
      }
    }
  });
});

describe('finishedLine', () => {
  it('shows how a step ended', () => {
    const lines = [
      finishedLine(info('[1/3] FROM a'), { kind: 'cached' }, size),
      finishedLine(
        info('[2/3] RUN x'),
        { kind: 'completed', durationMs: 61_000, addedBytes: 2e6 },
        size,
      ),
      finishedLine(info('[3/3] RUN y'), { kind: 'failed', durationMs: 100 }, size),
      finishedLine(info('[other] RUN z'), { kind: 'cancelled' }, size),
    ];
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "✓ [1/3] FROM a                                       CACHED
      ✓ [2/3] RUN x                                   +2MB  61.0s
      ✗ [3/3] RUN y  0.1s
      - [other] RUN z                                   cancelled"
    `);
  });
});

/** A minimal terminal for the display: supports line breaks, cursor up, and erasing a line. */
class Screen {
  columns = 60;
  readonly lines: string[] = [''];
  #row = 0;

  write(text: string): void {
    for (const part of text.split(/(\x1b\[[?\d]*[A-Za-z]|\n|\r)/)) {
      if (part === '\n') this.#row++;
      else if (part === '\x1b[A') this.#row--;
      else if (part === '\x1b[2K') this.lines[this.#row] = '';
      else if (part !== '\r' && !part.startsWith('\x1b')) {
        this.lines[this.#row] = (this.lines[this.#row] ?? '') + part;
      }
    }
  }

  get shown(): string[] {
    return this.lines.slice(0, this.#row + 1);
  }
}

describe('ttyDisplay', () => {
  function play(events: readonly BuildEvent[], interval = 0) {
    let now = T0;
    const screen = new Screen();
    const display = ttyDisplay({
      write: (text) => screen.write(String(text)),
      size: () => ({ columns: screen.columns, rows: 24 }),
      now: () => now,
      color: false,
      interval,
    });
    for (const event of events) {
      now = event.time;
      display.handle(event);
    }
    const during = [...screen.shown];
    display.close();
    display.close();
    return { during, after: screen.shown };
  }

  const run = info('[build 2/3] RUN make');
  const log = (time: number, text: string): BuildEvent => ({
    kind: 'step.log',
    time: T0 + time,
    step: run,
    stream: 'stdout',
    data: Buffer.from(text),
  });
  const stepError = (outputTail: readonly string[]) =>
    new StepError('exit code 2', {
      exitCode: 2,
      signal: undefined,
      outputTail,
      instruction: 'RUN make',
    });

  it('paints running steps, and leaves only finished ones on the screen', () => {
    const { during, after } = play([
      { kind: 'build.planned', time: T0, steps: [run] },
      { kind: 'step.cached', time: T0, step: info('[build 1/3] FROM a') },
      { kind: 'step.started', time: T0, step: run },
      log(10, 'one\ntwo\n'),
      { kind: 'step.started', time: T0 + 500, step: info('[build 3/3] COPY . .') },
    ]);
    expect(during.join('\n')).toMatchInlineSnapshot(`
      "✓ [build 1/3] FROM a                                 CACHED
      ▸ [build 2/3] RUN make                             0.5s
         │ one
         │ two
      ▸ [build 3/3] COPY . .                             0.0s
      0 of 1 steps done, 2 running, 0.5s
      "
    `);
    expect(after).toEqual([expect.stringMatching(/^✓ \[build 1\/3\] FROM a {30,}CACHED$/), '']);
  });

  it('shows what a step wrote over with carriage returns, before the line has an end', () => {
    const { during, after } = play([
      { kind: 'step.started', time: T0, step: run },
      log(1, 'Get:1 packages\n  0%\r'),
      log(2, ' 50%\r'),
    ]);
    expect(during.slice(1, 3)).toEqual(['   │ Get:1 packages', '   │  50%']);
    expect(after).toEqual(['']);
  });

  it('prints the whole output of a failed step once, after everything else', () => {
    const output = Array.from({ length: 200 }, (_, index) => `line ${index}\n`).join('');
    const beside = info('[test 2/2] RUN sleep');
    const { during, after } = play([
      { kind: 'step.started', time: T0, step: run },
      { kind: 'step.started', time: T0, step: beside },
      log(1, output),
      log(2, 'no end'),
      { kind: 'step.failed', time: T0 + 3, step: run, error: stepError(['no end']) },
      { kind: 'step.cancelled', time: T0 + 9, step: beside },
    ]);
    expect(during.slice(1, 3)).toEqual([
      expect.stringMatching(/^✗ \[build 2\/3\] RUN make +failed$/),
      '   │ line 195',
    ]);
    expect(during.at(-2)).toBe('2 steps done, 0 stopping, 0.0s');
    expect(after.slice(0, 2)).toEqual([
      expect.stringMatching(/^- \[test 2\/2\] RUN sleep +cancelled$/),
      '✗ [build 2/3] RUN make  0.0s',
    ]);
    expect(after.filter((line) => /^ {2}line \d+$/.test(line))).toHaveLength(200);
    expect(after.filter((line) => line.includes('no end'))).toEqual(['  no end']);
    expect(after.at(-2)).toBe('  no end');
  });

  it('keeps megabytes of output until they are needed', () => {
    const line = `${'x'.repeat(99)}\n`;
    const events: BuildEvent[] = Array.from({ length: 50 }, () => log(1, line.repeat(1000)));
    const error = new AppError('IMAGE_NOT_FOUND', 'no');
    const { after } = play(
      [...events, { kind: 'step.failed', time: T0 + 3, step: run, error }],
      1_000_000,
    );
    expect(after.filter((text) => text.trim() === 'x'.repeat(99))).toHaveLength(50_000);
  });

  it('shows warnings at the end and the summary before them', () => {
    const { after } = play([
      { kind: 'warning', time: T0, warning: { code: 'CACHE_EMPTY', message: 'careful' } },
      {
        kind: 'build.summary',
        time: T0,
        summary: {
          steps: [],
          stages: [],
          unusedStages: [],
          leftBehindBytes: 0,
          images: [{ platform: undefined, layers: [], layerCount: 0, bytes: 0 }],
          durationMs: 100,
        },
      },
    ]);
    expect(after).toEqual([
      '',
      'image of 0B in 0 layers, built in 0.1s',
      'WARNING: careful [CACHE_EMPTY]',
      '',
    ]);
  });
});

describe('text for terminals', () => {
  it.each([
    ['plain', 'plain'],
    ['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m'],
    ['\x1b[31mred', '\x1b[31mred\x1b[0m'],
    ['\x1b[2J\x1b[1;1Hhome', 'home'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['\x1bPdcs\x1b\\x', 'x'],
    ['\x1b]unfinished', ''],
    ['10%\r20%\r100%', '100%'],
    ['done\r', 'done'],
    ['a\tb\x07\x00c', 'a    bc'],
    ['one \x9b2J two \x9d0;title\x9c three', 'one  two  three'],
    [' 10%\r\x1b[K', ' 10%'],
    ['\x1b\x07[2J', '[2J'],
    ['\x1b', ''],
    ['\x1b(Bx', 'x'],
    ['\u202egnp.exe', 'gnp.exe'],
  ])('shows the output %j as %j', (text, expected) => {
    expect(outputLine(Buffer.from(text), { color: true })).toBe(expected);
  });

  it('omits colours on request', () => {
    expect(outputLine(Buffer.from('\x1b[31mred\x1b[0m'), { color: false })).toBe('red');
  });

  it('replaces invalid UTF-8', () => {
    expect(outputLine(Uint8Array.of(0x61, 0xff), { color: false })).toBe('a\ufffd');
  });

  it('escapes control characters visibly in names', () => {
    expect(printable('a\n\x1b[m\u202e')).toBe('a\\n\\x1b[m\\u202e');
  });

  it('measures and cuts by columns', () => {
    expect(displayWidth('e\u0301界\x1b[1m!')).toBe(4);
    expect(clip('界界界', 5)).toBe('界界…');
    expect(clip('\x1b[31mabcdef\x1b[0m', 4)).toBe('\x1b[31mabc…\x1b[0m');
    expect(clip('abc', 3)).toBe('abc');
    expect(clip('abc', 0)).toBe('');
  });
});
