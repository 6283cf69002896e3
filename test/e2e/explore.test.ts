/** The explorer on a real terminal. */
import { writeFileSync } from 'node:fs';
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

  it('says that it needs a terminal, and what does not', async () => {
    const { status, stderr } = await bench.lamina(['dive', image]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/CLI_NO_TERMINAL/);
    expect(stderr).toMatch(/lamina report/);
  });
});
