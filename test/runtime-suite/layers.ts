/** What a process leaves in the upper directory, read as a layer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { indexTree } from '../../src/layers/index.ts';
import { listXattrs, setXattr } from '../../src/system/index.ts';
import { DirectoryTree, type Wanted } from '../support/workshop.ts';
import type { Bench } from './bench.ts';

/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';

export function layerCases(bench: Bench): void {
  /** The entries of the layer that a line of shell makes. */
  async function layerOf(script: string, wanted: Wanted = {}) {
    const upper = bench.workshop.makeDirectory();
    const ran = await bench.workshop.shell(script, { upper, ...wanted });
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const base = new DirectoryTree(wanted.root ?? bench.workshop.root, bench.capabilities.idMap);
    const { entries } = await indexTree(upper, { base, form: bench.capabilities });
    return { entries, upper };
  }

  describe('the layer that a process leaves', () => {
    test('has whiteouts for what is gone', async () => {
      const { entries } = await layerOf('rm /bin/tail; touch /new; rm /new');
      expect(entries).toEqual([
        expect.objectContaining({ path: 'bin', type: 'directory' }),
        { kind: 'whiteout', path: 'bin/tail' },
      ]);
    });

    test('has a directory that was removed and made again as opaque', async () => {
      const root = bench.workshop.makeRoot();
      mkdirSync(`${root}/d/below`, { recursive: true });
      const { entries } = await layerOf('rm -r /d; mkdir /d; touch /d/new', { root });
      expect(entries).toEqual([
        expect.objectContaining({ path: 'd', opaque: true }),
        expect.objectContaining({ path: 'd/new', type: 'file' }),
      ]);
    });

    test('has names of one file as hard links', async () => {
      const { entries } = await layerOf('echo x > /a; ln /a /b; echo y > /c');
      const groups = entries.map((entry) => entry.kind === 'entry' && entry.linkGroup);
      expect(entries.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
      expect(groups).toEqual([1, 1, undefined]);
    });

    test("has the owners of the process's users", async () => {
      const { entries } = await layerOf('touch own', { cwd: '/srv', user: '12:34' });
      const owner = bench.capabilities.idMap === 'single' ? [0, 0] : [12, 34];
      const owners = entries.map((entry) => entry.kind === 'entry' && [entry.uid, entry.gid]);
      expect(entries.map(({ path }) => path)).toEqual(['srv', 'srv/own']);
      expect(owners).toEqual([owner, owner]);
    });

    if (bench.capabilities.devices) {
      test('has device nodes', async () => {
        const { entries } = await layerOf('mknod /null c 1 3');
        expect(entries).toEqual([
          expect.objectContaining({ path: 'null', type: 'char', devMajor: 1, devMinor: 3 }),
        ]);
      });
    }

    if (bench.capabilities.idMap === 'root') {
      test('keeps the capabilities of a file that the process changes', async () => {
        const root = bench.workshop.makeRoot();
        writeFileSync(`${root}/ping`, '');
        setXattr(`${root}/ping`, 'security.capability', CAPABILITY);
        const { entries, upper } = await layerOf('chmod 700 /ping', { root });
        const xattrs = { 'security.capability': CAPABILITY };
        expect(entries).toEqual([expect.objectContaining({ path: 'ping', mode: 0o700, xattrs })]);
        expect(listXattrs(`${upper}/ping`)).toMatchObject(xattrs);
      });
    }
  });
}
