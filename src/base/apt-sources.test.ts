import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSourceStanzas, parseSourcesList, readAptSources } from './apt-sources.ts';

describe('parseSourcesList', () => {
  it('reads lines with and without options', () => {
    const text = [
      '# a comment',
      'deb http://mirror.example/debian bookworm main contrib # why',
      'deb-src http://mirror.example/debian bookworm main',
      '  deb [ arch=amd64 signed-by=/etc/apt/keyrings/x.gpg ] https://x.example/apt stable tools',
      'deb cdrom:[Debian]/ bookworm main',
      'nonsense',
    ].join('\n');
    expect(parseSourcesList(text).slice(0, 2)).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suite: 'bookworm',
        components: ['main', 'contrib'],
        signedBy: undefined,
      },
      {
        uri: 'https://x.example/apt',
        suite: 'stable',
        components: ['tools'],
        signedBy: '/etc/apt/keyrings/x.gpg',
      },
    ]);
  });
});

describe('parseSourceStanzas', () => {
  it('makes a source of each address and suite', () => {
    const text = [
      'Types: deb deb-src',
      '# a comment inside',
      'URIs: http://a.example/debian http://b.example/debian',
      'Suites: bookworm',
      '  bookworm-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'Types: deb-src',
      'URIs: http://c.example/debian',
      'Suites: bookworm',
      'Components: main',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://d.example/debian',
      'Suites: bookworm',
      'Components: main',
    ].join('\n');
    expect(parseSourceStanzas(text).map(({ uri, suite }) => `${uri} ${suite}`)).toEqual([
      'http://a.example/debian bookworm',
      'http://a.example/debian bookworm-updates',
      'http://b.example/debian bookworm',
      'http://b.example/debian bookworm-updates',
    ]);
  });

  it('keeps a key that is written into the stanza', () => {
    const text = [
      'Types: deb',
      'URIs: http://a.example/debian',
      'Suites: sid',
      'Components: main',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' abc',
    ].join('\n');
    expect(parseSourceStanzas(text)[0]?.signedBy).toBe(
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n.\nabc',
    );
  });
});

describe('readAptSources', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lamina-test-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('reads all files in order and passes over what apt would', async () => {
    const parts = join(directory, 'sources.list.d');
    await mkdir(parts);
    await writeFile(join(directory, 'sources.list'), 'deb http://one.example/debian sid main\n');
    await writeFile(join(parts, 'b.list'), 'deb http://three.example/debian sid main\n');
    await writeFile(
      join(parts, 'a.sources'),
      'Types: deb\nURIs: http://two.example/debian\nSuites: sid\nComponents: main\n',
    );
    await writeFile(join(parts, 'c.list.save'), 'deb http://four.example/debian sid main\n');
    const hosts = (await readAptSources(directory)).map(({ uri }) => new URL(uri).hostname);
    expect(hosts).toEqual(['one.example', 'two.example', 'three.example']);
  });

  it('finds nothing where there is no apt', async () => {
    expect(await readAptSources(join(directory, 'absent'))).toEqual([]);
  });
});
