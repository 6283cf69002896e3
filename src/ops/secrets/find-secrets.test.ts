import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexTree } from '../../layers/index.ts';
import { ROOT_FORM } from '../../system/index.ts';
import { findSecrets } from './find-secrets.ts';

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
      form: ROOT_FORM,
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
    const bytes = Buffer.alloc((2 << 20) + 100);
    for (const offset of [(1 << 20) - 5, (2 << 20) - 1, bytes.length - SECRET.length]) {
      bytes.fill(0).write(SECRET, offset);
      await writeFile(join(directory, 'large'), bytes);
      expect(await find(SECRET)).toEqual([{ id: 's0', path: '/large' }]);
    }
  });

  it('does not care for the line break at its end', async () => {
    await writeFile(join(directory, 'file'), SECRET);
    expect(await find(`${SECRET}\r\n`)).toHaveLength(1);
  });

  it('finds base64 of it, at any alignment, and other forms', async () => {
    const token = 'tok/en+with 7 odd=characters';
    const write = (name: string, text: string) => writeFile(join(directory, name), text);
    for (const user of ['', 'u:', 'us:', 'use:']) {
      await write(`auth${user.length}`, Buffer.from(`${user}${token}`).toString('base64'));
    }
    await write('jwt', Buffer.from(`x${token}`).toString('base64url'));
    await write('hex', Buffer.from(token).toString('hex').toUpperCase());
    await write('url', `https://me:${encodeURIComponent(token)}@example.com/`);
    expect(await find(token)).toEqual([
      ...[0, 2, 3, 4].map((n) => ({ id: 's0', path: `/auth${n}`, written: 'in base64' })),
      { id: 's0', path: '/hex', written: 'in hex' },
      { id: 's0', path: '/jwt', written: 'in base64' },
      { id: 's0', path: '/url', written: 'as in a URL' },
    ]);
  });

  it('finds a key of many lines in base64 with line breaks, and lines of it', async () => {
    const lines = Array.from({ length: 9 }, (_, n) => `${n}abcdefghijklmnopqrstuvwxyz${n}`);
    const key = `-----BEGIN KEY-----\n${lines.join('\n')}\n-----END KEY-----\n`;
    const wrapped = Buffer.from(key).toString('base64').replace(/.{76}/g, '$&\n');
    await writeFile(join(directory, 'wrapped'), wrapped);
    await writeFile(join(directory, 'first'), `x${lines[0]}x`);
    await writeFile(join(directory, 'innocent'), '-----BEGIN KEY-----\nother\n');
    expect(await find(key)).toEqual([
      { id: 's0', path: '/first', written: 'a line of it' },
      { id: 's0', path: '/wrapped', written: 'in base64' },
    ]);
  });

  it('finds it in names and targets of links, and does not print it', async () => {
    await writeFile(join(directory, `is-token-1234-x`), '');
    await symlink('token-1234', join(directory, 'link'));
    expect(await find('token-1234')).toEqual([
      { id: 's0', path: '/is-***-x', written: 'in its name' },
      { id: 's0', path: '/link', written: 'as the target of a link' },
    ]);
  });

  it('does not search for strings that occur everywhere', async () => {
    await writeFile(join(directory, 'file'), 'abc\n');
    expect(await find('', '\n', 'abc\n')).toEqual([]);
  });
});
