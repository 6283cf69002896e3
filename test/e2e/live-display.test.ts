/** The live display on a real terminal: sizes, resizing, failures, many stages, questions. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';
import { Terminal } from '../support/terminal.ts';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

let projects = 0;

/** Builds stages side by side, each with one RUN, and needs them all. */
function stages(commands: readonly string[]): readonly string[] {
  const directory = bench.project(
    {
      Dockerfile: [
        ...commands.flatMap((command, index) => [`FROM busybox AS s${index}`, `RUN ${command}`]),
        'FROM scratch',
        ...commands.map((_, index) => `COPY --from=s${index} /bin/busybox /b${index}`),
      ].join('\n'),
    },
    `stages-${++projects}`,
  );
  return ['build', '--no-cache', '--jobs=50', directory];
}

const times = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line)).length;

/** Prints lines, each as wide as most terminals, and waits. */
const talkative = (index: number) =>
  `for i in 1 2 3 4 5 6; do echo "stage ${index} line $i ${'word '.repeat(14)}"; done; sleep 600`;

describe('the live display', () => {
  it.each([
    [30, 6],
    [60, 12],
    [200, 50],
  ])(
    'leaves one line for each step in a terminal of %d columns and %d rows',
    async (columns, rows) => {
      const commands = Array.from({ length: 12 }, (_, index) => `echo ${index}; sleep 0.${index}`);
      using terminal = new Terminal(bench, stages(commands), { columns, rows });
      expect(await terminal.status()).toBe(0);
      const lines = terminal.everything();
      expect(times(lines, /▸|steps done/)).toBe(0);
      for (const [index] of commands.entries()) {
        expect(times(lines, new RegExp(`^✓ \\[s${index} 2/2\\]`))).toBe(1);
      }
      expect(times(lines, /^image of /)).toBe(1);
    },
  );

  it('does not fill the scrollback when the window becomes narrower', async () => {
    const commands = [0, 1, 2, 3].map(talkative);
    using terminal = new Terminal(bench, stages(commands), { columns: 100, rows: 30 });
    await terminal.until(/stage 3 line 6/);
    for (const columns of [60, 40]) {
      terminal.resize(columns, 30);
      // Two seconds of repaints in the new width.
      const [now] = secondsOf(terminal.screen());
      await terminal.until(new RegExp(`running, ${(now ?? 0) + 2}\\.`));
    }
    const lines = terminal.everything();
    expect(times(lines, /steps done/)).toBe(1);
    // What had scrolled out of reach before the repaint stays there, once for each width.
    expect(times(lines, /▸ \[s0 2\/2\]/)).toBeLessThanOrEqual(3);
    terminal.type('C-c');
    expect(await terminal.status()).toBe(130);
    expect(times(terminal.screen(), /▸|steps done/)).toBe(0);
  });

  it('follows a window that is dragged, without a trace', async () => {
    const commands = [0, 1].map(talkative);
    using terminal = new Terminal(bench, stages(commands), { columns: 90, rows: 24 });
    await terminal.until(/stage 1 line 6/);
    for (let columns = 88; columns >= 50; columns -= 2) {
      terminal.resize(columns, 24);
      await untilPainted(terminal, columns);
    }
    expect(times(terminal.everything(), /▸ \[s0 2\/2\]/)).toBe(1);
    terminal.resize(90, 12);
    await untilPainted(terminal, 90);
    expect(times(terminal.screen(), /▸ \[s0 2\/2\]/)).toBe(1);
    terminal.type('C-c');
    expect(await terminal.status()).toBe(130);
  });

  it('erases a frame as high as the terminal when a step fails, and prints its output last', async () => {
    // Steps share the machine's network: the one that fails waits until the server hangs up.
    const port = await freePort();
    const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
    const connected = once(server, 'connection');
    const commands = Array.from({ length: 20 }, (_, index) =>
      index === 3
        ? `nc 127.0.0.1 ${port}; echo first word; echo last word; exit 7`
        : `echo ${index}; sleep 600`,
    );
    using terminal = new Terminal(bench, stages(commands), { columns: 60, rows: 12 });
    await terminal.until(/20 running/);
    expect(terminal.screen().length).toBe(11);
    const [socket] = await connected;
    socket.destroy();
    server.close();
    expect(await terminal.status()).toBe(1);
    const lines = terminal.everything();
    expect(times(lines, /▸|running|stopping/)).toBe(0);
    expect(times(lines, /^- \[s\d+ 2\/2\] .*cancelled$/)).toBe(19);
    const failed = lines.findIndex((line) => line.startsWith('✗'));
    const name = lines.slice(failed, failed + 2).join('');
    expect(name).toMatch(/^✗ \[s3 2\/2\] RUN nc .* exit 7 {2}\d+\.\ds$/);
    expect(lines.slice(failed + 2)).toEqual([
      '  first word',
      '  last word',
      'error: RUN did not complete successfully: exit code: 7',
      '  --> Dockerfile:8:1',
      expect.stringContaining('code: RUN_FAILED'),
      '  look inside: lamina debug',
      ...lines.slice(failed + 8),
    ]);
  });

  it('shows progress that a step writes over before the line has an end', async () => {
    const command = `printf 'Reading\\n  0%%\\r'; sleep 1; printf ' 42%%\\r'; sleep 600`;
    using terminal = new Terminal(bench, stages([command]), { columns: 80, rows: 24 });
    const lines = await terminal.until(/│ {2}42%$/m);
    expect(times(lines, /│ Reading$/)).toBe(1);
    terminal.type('C-c');
    expect(await terminal.status()).toBe(130);
  });

  it.each(['tty', 'plain'])('lets no step clear the screen or set the title: %s', async (kind) => {
    const text = '\\033]0;owned\\007\\033[2J\\033[H\\033[31mred\\033[0m\\033[6n';
    const args = [
      ...stages([`printf 'start ${text} end\\n'; sleep 1; exit 1`]),
      `--progress=${kind}`,
    ];
    using terminal = new Terminal(bench, args, { columns: 80, rows: 24 });
    const title = terminal.title;
    expect(await terminal.status()).toBe(1);
    const lines = terminal.everything();
    expect(terminal.title).toBe(title);
    expect(times(lines, /load build definition/)).toBe(1);
    expect(times(lines, / start red end$/)).toBe(1);
    expect(times(lines, /\[\d+;\d+R/)).toBe(0);
  });
});

describe('a question', () => {
  it.each([
    ['user name', ['login', 'registry.invalid'], /Username:$/m],
    ['password', ['login', '-u', 'me', 'registry.invalid'], /Password:$/m],
    ['removal', ['builder', 'prune'], /\[y\/N\]$/m],
  ])('is ended by one Ctrl-C: %s', async (_, args, question) => {
    using terminal = new Terminal(bench, args, { columns: 80, rows: 24 });
    await terminal.until(question);
    terminal.type('C-c');
    expect(await terminal.status()).toBe(130);
    expect(times(terminal.everything(), /^cancelled$/)).toBe(1);
  });
});

/** The times that the totals of frames show, in whole seconds. */
function secondsOf(lines: readonly string[]): number[] {
  return lines.flatMap((line) => /running, (\d+)\.\ds/.exec(line)?.slice(1).map(Number) ?? []);
}

/** Waits for a frame of this width: the times of running steps end in one column. */
async function untilPainted(terminal: Terminal, columns: number): Promise<void> {
  await terminal.until(new RegExp(`^▸ .{${columns - 8}}s$`, 'm'));
}
