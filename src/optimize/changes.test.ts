import { describe, expect, it } from 'vitest';
import { type TestFiles, treeOf } from '../../test/support/image-tree.ts';
import { ignoreMore, keepNeeded, ordinaryUser } from './changes.ts';

const listing = (...paths: string[]) => ({ files: paths.map((path) => ({ path, bytes: 1 })) });

describe('an ignore file', () => {
  it('gets lines for what is there and the build makes itself', () => {
    const text = 'FROM a\nCOPY . .\nRUN npm ci\n';
    const change = ignoreMore(
      { text, ignore: '*.log' },
      listing('.git/HEAD', 'node_modules/x/y', 'target/z'),
    );
    expect(change?.definition.ignore).toBe('*.log\n.git\n**/node_modules\n');
  });

  it('stays as it is when nothing is to be ignored, or nothing is copied whole', () => {
    const files = listing('.git/HEAD');
    expect(
      ignoreMore({ text: 'FROM a\nCOPY src /src\n', ignore: undefined }, files),
    ).toBeUndefined();
    expect(
      ignoreMore({ text: 'FROM a\nCOPY . /x\n', ignore: undefined }, listing('main.go')),
    ).toBeUndefined();
  });

  it('keeps dependencies that the build does not install', () => {
    const files = listing('node_modules/x/y');
    expect(ignoreMore({ text: 'FROM a\nCOPY ./ /x\n', ignore: undefined }, files)).toBeUndefined();
  });
});

describe('a stage with the needed files', () => {
  const used = { found: new Set(['/app/main.js']), started: new Set<string>() };
  const names = async (files: TestFiles) => {
    const definition = { text: 'FROM a\n', ignore: undefined };
    const facts = { config: { WorkingDir: '/app' }, tree: treeOf(files), layers: [], used };
    return (await keepNeeded(definition, facts)).map(
      ({ definition: { text } }) => /RUN (.*)/.exec(text)?.[1],
    );
  };

  it('is tried without dependencies for development first', async () => {
    const files = { 'app/main.js': '', 'app/package.json': '', 'app/node_modules/x/y.js': '' };
    expect(await names({ ...files, 'app/package-lock.json': '' })).toEqual([
      'npm prune --omit=dev',
      undefined,
    ]);
    expect(await names({ ...files, 'app/pnpm-lock.yaml': '' })).toEqual([
      'pnpm prune --prod',
      undefined,
    ]);
    expect(await names(files)).toEqual([undefined]);
  });
});

describe('an ordinary user', () => {
  it('replaces root only', () => {
    const definition = { text: 'FROM a\nCMD x', ignore: undefined };
    expect(ordinaryUser(definition, {})[0]?.definition.text).toBe(
      'FROM a\nCMD x\nUSER 65532:65532\n',
    );
    expect(ordinaryUser(definition, { User: 'app' })).toEqual([]);
  });
});
