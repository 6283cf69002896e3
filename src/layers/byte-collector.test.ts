import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ByteCollector } from './byte-collector.ts';
import { encodeIndex } from './index-codec.ts';
import { IndexEncoder } from './index-encoder.ts';
import type { LayerFile } from './layer-index.ts';
import { SpillFile } from './spill-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-collector-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function file(at: number, linkGroup?: number): LayerFile {
  const path = `d/${String(at).padStart(7, '0')}`;
  const digest = `sha512-256:${at.toString(16).padStart(64, '0')}` as LayerFile['digest'];
  const metadata = { mode: 0o644, uid: 1, gid: 2, size: at, mtime: at, mtimeNs: 0 };
  return { kind: 'entry', path, type: 'file', ...metadata, linkGroup, digest, tarOffset: at };
}

describe('ByteCollector', () => {
  it('gives back what was collected and patched, in memory and in a spill file', () => {
    using spill = new SpillFile(join(directory, 'parts'));
    const collectors = [new ByteCollector(), new ByteCollector(spill), new ByteCollector(spill)];
    for (const collector of collectors) {
      for (let at = 0; at < 300_000; at++) {
        const { view, at: to } = collector.reserve(8);
        view.setUint32(to, at);
        if (at % 3 === 0) collector.text(`name ${at}`);
      }
      collector.patch(0, Buffer.from('first'));
      collector.patch(2_000_000, Buffer.from('middle'));
      collector.patch(collector.size - 4, Buffer.from('last'));
    }
    const [kept, ...spilled] = collectors.map((one) => Buffer.concat(copies(one.chunks())));
    for (const bytes of spilled) expect(kept?.equals(bytes)).toBe(true);
    expect(kept?.toString('latin1', 0, 5)).toBe('first');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('keeps six megabytes of an index in memory at most, and writes the same index', () => {
    using spill = new SpillFile(join(directory, 'parts'));
    const append = spill.append.bind(spill);
    let appended = 0;
    spill.append = (bytes) => {
      appended += bytes.length;
      return append(bytes);
    };
    const encoder = new IndexEncoder(spill);
    const entries = Array.from({ length: 100_000 }, (_, at) => file(at, at === 3 ? 1 : undefined));
    const added = entries.map((entry, at) => encoder.add(at === 3 ? file(at) : entry));
    if (added[3] !== undefined) encoder.link(added[3], 1);
    const index = Buffer.concat(copies(encoder.pieces(7)));
    expect(index.equals(encodeIndex({ entries, tarSize: 7 }))).toBe(true);
    expect(index.length - appended).toBeLessThan(6 << 20);
  });
});

function copies(lent: Iterable<Buffer>): Buffer[] {
  return Array.from(lent, (piece) => Buffer.from(piece));
}
