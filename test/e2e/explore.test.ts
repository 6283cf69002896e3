/** The explorer on a real terminal. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, type MemberSketch, sha256, tarOfMembers } from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';
import { Terminal, type TerminalOptions } from '../support/terminal.ts';

interface LayerSketch {
  readonly instruction: string;
  readonly members: readonly MemberSketch[];
}

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

/** An image of these layers. @returns its name */
function archive(file: string, layers: readonly LayerSketch[]): string {
  const blobs = new Blobs();
  const tars = layers.map(({ members }) => tarOfMembers(members));
  const config = blobs.add('application/vnd.oci.image.config.v1+json', {
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
    history: layers.map(({ instruction }) => ({ created_by: instruction })),
  });
  const type = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const manifest = blobs.manifest(
    config,
    tars.map((tar) => blobs.add(type, gzipSync(tar))),
  );
  const path = join(bench.directory, file);
  writeFileSync(path, tarOfMembers(blobs.layout([manifest])));
  return `oci-archive:${path}`;
}

const directory = (path: string): MemberSketch => ({ path, type: 'directory', mode: 0o755 });

const LAYERS: readonly LayerSketch[] = [
  {
    instruction: 'COPY base /',
    members: [
      directory('bin'),
      { path: 'bin/tool', content: 'x'.repeat(3000), mode: 0o755 },
      directory('etc'),
      { path: 'etc/config', content: 'one\ntwo\n' },
      { path: 'etc/gone', content: 'y'.repeat(500) },
    ],
  },
  {
    instruction: 'RUN change',
    members: [
      { path: 'etc/.wh.gone' },
      { path: 'etc/config', content: 'one\nTWO\nthree\n' },
      { path: 'etc/new', content: 'new' },
    ],
  },
];

let image = '';
beforeAll(() => {
  image = archive('image.tar', LAYERS);
});

const SIZE = { columns: 80, rows: 24 };

function explore(name = image, options: Partial<TerminalOptions> = {}): Terminal {
  return new Terminal(bench, ['explore', name], { ...SIZE, ...options });
}

const KEYS = /\? help/;

describe('the explorer', () => {
  it('shows layers and their files, moves, opens directories, and gives the terminal back', async () => {
    using terminal = explore();
    const first = await terminal.shows(KEYS);
    expect(first.join('\n')).toMatch(/0 +3\.51kB +COPY base/);
    expect(first.join('\n')).toMatch(/3kB \+ ▸ bin/);
    terminal.type('Down');
    await terminal.shows(/17B ~ ▸ etc/);
    terminal.type('Tab', 'End', 'Space');
    const lines = (await terminal.shows(/new/)).join('\n');
    expect(lines).toMatch(/14B ~ +config/);
    expect(lines).toMatch(/500B - +gone/);
    expect(lines).toMatch(/3B \+ +new/);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
    expect(terminal.screen().join('\n')).not.toMatch(KEYS);
  });

  it('shows what the linter says of the line that made a layer', async () => {
    const context = bench.project(
      { Dockerfile: 'FROM scratch\nCOPY . /\n', 'a.txt': 'a' },
      'linted',
    );
    await bench.succeed(['build', '-q', '-t', 'linted', context]);
    using terminal = explore('linted', { columns: 120, rows: 30 });
    await terminal.shows(/line 2: .*/);
    await terminal.shows(/MissingIgnoreFile/);
  });

  it('hides what dive’s keys hide', async () => {
    using terminal = explore();
    await terminal.shows(KEYS);
    terminal.type('Down', 'Tab', 'C-Space');
    await terminal.shows(/- +gone/);
    terminal.type('C-r');
    expect((await terminal.shows(/hidden: removed/)).join('\n')).not.toMatch(/gone/);
    terminal.type('C-u');
    expect((await terminal.shows(/hidden: removed, unmodified/)).join('\n')).not.toMatch(/tool/);
    terminal.type('C-a', 'C-m');
    await terminal.shows(/nothing here/);
    terminal.type('C-a');
    const lines = (await terminal.shows(/\+ +new/)).join('\n');
    expect(lines).not.toMatch(/config/);
    terminal.type('C-c');
    expect(await terminal.status()).toBe(0);
  });

  it('compares two images', async () => {
    const other = archive('other.tar', [
      {
        instruction: 'COPY all /',
        members: [
          directory('bin'),
          { path: 'bin/tool', content: 'x'.repeat(3000), mode: 0o755 },
          { path: 'bin/more', content: 'more' },
        ],
      },
    ]);
    using terminal = new Terminal(bench, ['explore', image, other], SIZE);
    await terminal.shows(KEYS);
    terminal.type('Tab', 'C-Space');
    const lines = (await terminal.shows(/- +config/)).join('\n');
    expect(lines).toMatch(/4B \+ +more/);
    expect(lines).toMatch(/3kB {3} +tool/);
    expect(lines).toMatch(/- +new/);
    expect(lines).not.toMatch(/gone/);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('shows the content of files, of each layer its own', async () => {
    using terminal = explore();
    await terminal.shows(KEYS);
    terminal.type('Tab', '/', 'config', 'Enter', 'v');
    await terminal.shows(/8B, text\n one\n two\n/);
    terminal.type('x');
    await terminal.shows(/00000000 {2}6f 6e 65 0a 74 77 6f 0a +one\.two\./);
    terminal.type('q', 'Tab', 'Down', 'Tab', 'v');
    await terminal.shows(/14B, text\n one\n TWO\n three\n/);
    terminal.type('Escape');
    await terminal.shows(/config/);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('extracts files, asks before it replaces one, and never writes through a link', async () => {
    const cwd = join(bench.directory, 'extracted');
    mkdirSync(cwd);
    writeFileSync(join(bench.directory, 'outside'), 'outside');
    using terminal = explore(image, { cwd });
    await terminal.shows(KEYS);
    terminal.type('/', 'config', 'Enter', 'C-e');
    await terminal.shows(/wrote \.\/config/);
    expect(readFileSync(join(cwd, 'config'), 'utf8')).toBe('one\ntwo\n');
    terminal.type('Tab', 'Down', 'Tab', 'C-e');
    await terminal.shows(/\.\/config exists\. Replace it\? \(y\/n\)/);
    terminal.type('n');
    await terminal.shows(KEYS);
    expect(readFileSync(join(cwd, 'config'), 'utf8')).toBe('one\ntwo\n');
    rmSync(join(cwd, 'config'));
    symlinkSync('../outside', join(cwd, 'config'));
    terminal.type('C-e');
    await terminal.shows(/\.\/config exists/);
    terminal.type('y');
    await terminal.shows(/wrote \.\/config/);
    expect(lstatSync(join(cwd, 'config')).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(cwd, 'config'), 'utf8')).toBe('one\nTWO\nthree\n');
    expect(readFileSync(join(bench.directory, 'outside'), 'utf8')).toBe('outside');
    expect(readdirSync(cwd)).toEqual(['config']);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('follows the size of the terminal, down to one pane', async () => {
    using terminal = explore();
    await terminal.shows(KEYS);
    terminal.resize(120, 40);
    await terminal.shows(/drwxr-xr-x +0:0 +3kB \+ ▸ bin/);
    terminal.resize(50, 12);
    expect((await terminal.shows(/Layers: /)).join('\n')).not.toMatch(/▸ bin/);
    terminal.type('Tab');
    expect((await terminal.shows(/▸ bin/)).join('\n')).not.toMatch(/Layers: /);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('takes clicks', async () => {
    using terminal = explore();
    await terminal.shows(KEYS);
    terminal.click(3, 4);
    await terminal.shows(/17B ~ ▸ etc/);
    terminal.click(45, 4);
    terminal.click(45, 4);
    await terminal.shows(/- +gone/);
    terminal.click(30, 1);
    await terminal.shows(/Shipped, but hidden in the end/);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('has no colours where nobody wants them', async () => {
    using colored = explore();
    using plain = explore(image, { env: { NO_COLOR: '1' } });
    await colored.shows(KEYS);
    await plain.shows(KEYS);
    expect(colored.styled()).toMatch(/\x1b\[[0-9;]*32m/);
    expect(plain.styled()).not.toMatch(/\x1b\[[0-9;]*3[0-7]m/);
  });

  it.each(['linux', 'vt100'])('has signs that the font of TERM=%s has', async (TERM) => {
    using terminal = explore(image, { env: { TERM } });
    const screen = (await terminal.shows(/\? help/)).join('\n');
    expect(screen).toMatch(/3kB \+ > bin/);
    expect(screen).toMatch(/^[\x00-\x7f]*$/);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'gives the terminal back when %s ends it',
    async (name) => {
      using terminal = explore();
      await terminal.shows(KEYS);
      terminal.signal(name);
      expect(await terminal.status()).toBe(128 + constants.signals[name]);
      expect(terminal.screen().join('\n')).not.toMatch(KEYS);
      terminal.type('typed');
      await terminal.shows(/typed/);
    },
  );

  it('stops for the shell, and goes on', async () => {
    using terminal = explore(image, { shell: true });
    await terminal.shows(KEYS);
    terminal.type('Down', 'C-z');
    await terminal.shows(/[Ss]topped|[Ss]uspended/);
    expect(terminal.screen().join('\n')).not.toMatch(KEYS);
    terminal.type('fg', 'Enter');
    await terminal.shows(/17B ~ ▸ etc/);
    terminal.type('q');
    await terminal.shows(/\$ *$/);
  });

  it('never gives what an image holds to the terminal as it is', async () => {
    const evil = Buffer.from('a\x1b]0;owned\x07\x1b[2J\x9b5mz').toString('latin1');
    const name = archive('evil.tar', [
      {
        instruction: 'RUN \x1b]0;owned\x07\x1b[2J\x1b[31mred',
        members: [
          { path: evil, content: '\x1b]0;owned\x07\x1b[2Jcontent' },
          { path: 'link', type: 'symlink', linkTarget: '\x1b]0;owned\x07' },
        ],
      },
    ]);
    using terminal = explore(name, { columns: 120 });
    const lines = (await terminal.shows(KEYS)).join('\n');
    expect(lines).toContain('a\\x1b]0;owned\\x07\\x1b[2J');
    expect(lines).toContain('RUN \\x1b]0;owned');
    expect(lines).toContain('link -> \\x1b]0;owned\\x07');
    terminal.type('Tab', 'v');
    await terminal.shows(/\\x1b\]0;owned\\x07\\x1b\[2Jcontent/);
    terminal.type('q', '2');
    await terminal.shows(/Largest files/);
    expect(terminal.title).not.toMatch(/owned/);
    terminal.type('q');
    expect(await terminal.status()).toBe(0);
  });

  it('says that it needs a terminal, and what does not', async () => {
    const { status, stderr } = await bench.lamina(['dive', image]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/CLI_NO_TERMINAL/);
    expect(stderr).toMatch(/lamina report/);
  });
});
