import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexTree } from '../layers/index.ts';
import { findSecrets } from './secret-scan.ts';

const SECRET = 'a secret of some length';

describe('findSecrets', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lamina-secrets-'));
    await mkdir(join(directory, 'sub'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function find(...secrets: readonly string[]) {
    const { entries } = await indexTree(directory, {
      base: { lookup: () => undefined, list: () => [] } as never,
    });
    const wanted = secrets.map((text, index) => ({ id: `s${index}`, bytes: Buffer.from(text) }));
    return findSecrets(wanted, { entries, directory });
  }

  it('names each file and secret once', async () => {
    await writeFile(join(directory, 'sub/config'), `key=${SECRET};again=${SECRET}`);
    await writeFile(join(directory, 'other'), 'second one');
    await writeFile(join(directory, 'clean'), 'a secret');
    expect(await find(SECRET, 'second one')).toEqual([
      { id: 's1', path: '/other' },
      { id: 's0', path: '/sub/config' },
    ]);
  });

  it('finds it wherever it lies, also between two pieces of a large file', async () => {
    const place = Buffer.alloc((2 << 20) + 100);
    for (const offset of [(1 << 20) - 5, (2 << 20) - 1, place.length - SECRET.length]) {
      place.fill(0).write(SECRET, offset);
      await writeFile(join(directory, 'large'), place);
      expect(await find(SECRET)).toEqual([{ id: 's0', path: '/large' }]);
    }
  });

  it('does not care for the line break at its end', async () => {
    await writeFile(join(directory, 'file'), SECRET);
    expect(await find(`${SECRET}\r\n`)).toHaveLength(1);
  });

  it('looks for nothing that is found everywhere', async () => {
    await writeFile(join(directory, 'file'), 'abc\n');
    expect(await find('', '\n', 'abc\n')).toEqual([]);
  });
});
