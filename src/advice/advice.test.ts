/** The linter as a whole: what surrounds the rules. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LintConfig, LintOptions } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { applyEdits, insertAt, replace } from './edits.ts';
import { lint } from './lint-files.ts';
import { parseIgnorePragma, parseShellPragma } from './pragmas.ts';
import { writeBack } from './write-back.ts';

const root = mkdtempSync(join(tmpdir(), 'lamina-advice-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** Writes files into a new directory. */
function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  count += 1;
  const directory = join(root, String(count));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

async function codesIn(text: string, options: Partial<LintOptions> = {}, env: Environment = {}) {
  const files = [{ path: '/nonexistent/Dockerfile', text }];
  const result = await lint(
    { env, root: '/nonexistent' },
    { files, config: false, shellcheck: false, ...options },
  );
  return result.files.flatMap(({ findings }) => findings.map(({ code }) => code));
}

const withSettings = (text: string, settings: LintConfig) => codesIn(text, { settings });

describe('a file with mistakes', () => {
  it('is linted as far as it goes', async () => {
    const text = 'FROM debian\nRUNN x\nCOPY --chow=1 a /\nRUN apt update\n';
    expect(await codesIn(text)).toEqual([
      'DL3006',
      'DOCKERFILE_UNKNOWN_INSTRUCTION',
      'DOCKERFILE_UNKNOWN_FLAG',
      'DL3009',
      'DL3027',
    ]);
  });

  it('without FROM has that as a finding', async () => {
    expect(await codesIn('ARG X=1\n')).toEqual(['DOCKERFILE_NO_FROM']);
    expect(await codesIn('RUN sudo x\n')).toEqual(['DL3061', 'DOCKERFILE_NO_FROM', 'DL3004']);
    expect(await codesIn('')).toEqual(['DOCKERFILE_EMPTY']);
  });

  it('does not hide another one', async () => {
    const directory = project({ good: 'FROM scratch\n', bad: 'FROM a:1\nRUN sudo x\n' });
    const files = ['missing', 'good', 'bad', '.'].map((name) => ({ path: join(directory, name) }));
    const { files: found } = await lint(
      { env: {}, root: '/nonexistent' },
      { files, config: false, shellcheck: false },
    );
    expect(
      found.map(({ findings, fails }) => [fails, ...findings.map(({ code }) => code)]),
    ).toEqual([
      [true, 'DOCKERFILE_UNREADABLE'],
      [false],
      [true, 'DL3004'],
      [true, 'DOCKERFILE_UNREADABLE'],
    ]);
  });

  it('has the findings of BuildKit among the others', async () => {
    expect(await codesIn('FROM a:1 as Build\nUSER 1\nCMD x\nRUN $Y')).toEqual([
      'FromAsCasing',
      'StageNameCasing',
      'DL3025',
    ]);
  });

  it('has one finding for what two rules find', async () => {
    const files = [
      {
        path: 'f',
        text: 'FROM a:1\nUSER 1\nCMD x\nCMD ["y"]\n# hadolint ignore=DL3000\nWORKDIR b',
      },
    ];
    const { files: found } = await lint(
      { env: {}, root: '/nonexistent' },
      { files, config: false, shellcheck: false },
    );
    expect(found[0]?.findings.map(({ code, also }) => [code, also])).toEqual([
      ['DL3025', ['JSONArgsRecommended']],
      ['DL4003', ['MultipleInstructionsDisallowed']],
    ]);
    expect(await withSettings('FROM a:1\nUSER 1\nCMD x', { ignored: ['DL3025'] })).toEqual([]);
  });

  it('may be as long as it likes', async () => {
    const codes = await codesIn(`FROM a:1\n${'RUN sudo x\n'.repeat(3000)}`);
    expect(codes.filter((code) => code === 'DL3004')).toHaveLength(3000);
  });
});

describe('a hostile file', () => {
  const COUNT = 3000;
  const many = (piece: string) => piece.repeat(COUNT);

  // Work that grows with the square of the text would take minutes.
  it.each([
    ['CMD', many('CMD x\n'), 'DL4003', COUNT - 1],
    ['archives', many('COPY a.tgz /\n') + many('RUN tar xf a.tgz\n'), 'DL3010', COUNT],
    ['variables', `ENV ${many('A=$B B=$A ')}\n`, 'DL3044', 2 * COUNT],
    ['stages', many('FROM b:1 AS c\nCOPY --from=d e /\n'), 'DL3022', COUNT],
    ['lines of a here-document', `RUN <<E\n${many('sudo a\n')}E\n`, 'DL3004', COUNT],
    ['schemes', `RUN ${many('http://')}${many('a://b:cc')}\n`, 'SecretInText', 0],
    ['letters', `RUN ${many('aaaaaaaaaaaaaaaaaaaa')}\n`, 'SecretInText', 0],
    ['arguments', `RUN true\n${many('ARG A\n')}`, 'UnusedArgument', 0],
    ['substitutions', `RUN ${many('$(')}\n`, 'DL3004', 0],
  ])('with %s is linted', async (_, text, code, findings) => {
    const codes = await codesIn(`FROM a:1\n${text}`);
    expect(codes.filter((one) => one === code)).toHaveLength(findings);
  });
});

describe('a comment', () => {
  it.each([
    [' hadolint ignore=DL3008', ['DL3008'], 'instruction'],
    ['hadolint\tignore = DL3008 , SC2086 # why', ['DL3008', 'SC2086'], 'instruction'],
    [' hadolint global ignore=JSONArgsRecommended', ['JSONArgsRecommended'], 'global'],
    [' hadolint stage ignore=DL1', ['DL1'], 'stage'],
  ])('%s exempts', (comment, codes, scope) => {
    expect(parseIgnorePragma(comment)).toEqual({ codes, scope });
  });

  it.each([' hadolint ignore', ' hadolint ignore=', ' ignore=DL1', ' hadolint ignore=x,DL1'])(
    '%s exempts nothing',
    (comment) => expect(parseIgnorePragma(comment)).toBeUndefined(),
  );

  it('names a shell', () => {
    expect(parseShellPragma(' hadolint shell=bash # why')).toBe('bash');
    expect(parseShellPragma(' hadolint shell=')).toBeUndefined();
  });

  it.each([
    ['FROM a:1\n# hadolint ignore=DL3004\nRUN sudo x\nRUN sudo y', 1],
    ['FROM a:1\n# hadolint ignore=DL3004\n\nRUN sudo x', 1],
    ['# hadolint global ignore=DL3004\nFROM a:1\nRUN sudo x\nFROM a:1\nRUN sudo x', 0],
    ['# hadolint stage ignore=DL3004\nFROM a:1\nRUN sudo x\nFROM a:1\nRUN sudo x', 1],
    ['FROM a:1\n# check=skip=DL3004\nRUN sudo x', 0],
    ['# check=skip=DL3004\nFROM a:1\nRUN sudo x', 0],
  ])('counts where it stands: %j', async (text, left) => {
    const found = (await codesIn(text)).filter((code) => code === 'DL3004');
    expect(found).toHaveLength(left);
    const all = await withSettings(text, { disableIgnorePragma: true });
    expect(all.filter((code) => code === 'DL3004').length).toBeGreaterThan(0);
  });
});

describe('settings', () => {
  const TEXT = 'FROM debian\nRUN sudo x\n';

  it('turn rules off', async () => {
    expect(await withSettings(TEXT, { ignored: ['DL3004'] })).toEqual(['DL3006']);
    const text = 'FROM a:1 as b\nRUN sudo x\nCMD ["y"]\n';
    expect(await withSettings(text, { ignored: ['lamina'] })).toEqual(['FromAsCasing', 'DL3004']);
    expect(await withSettings(text, { ignored: ['hadolint', 'buildkit'] })).toEqual(['RootUser']);
  });

  it.each([
    [undefined, true],
    ['error', true],
    ['style', true],
    ['ignore', false],
  ] as const)('with the threshold %s fail: %s', async (failureThreshold, fails) => {
    const files = [{ path: 'f', text: TEXT }];
    const options = {
      files,
      config: false,
      shellcheck: false,
      settings: { failureThreshold },
    } as const;
    expect((await lint({ env: {}, root: '/nonexistent' }, options)).files[0]?.fails).toBe(fails);
  });

  it('give rules other severities', async () => {
    const override = { error: ['DL3006'], style: ['DL3004', 'DL3006'] };
    const files = [{ path: 'f', text: TEXT }];
    const options = { files, config: false, shellcheck: false, settings: { override } } as const;
    const { files: found } = await lint({ env: {}, root: '/nonexistent' }, options);
    expect(found[0]?.findings.map(({ severity }) => severity)).toEqual(['error', 'style']);
  });

  it('come from a file, the environment and the call together', async () => {
    const directory = project({
      'h.yaml':
        'ignored: [DL3004]\nfailure-threshold: error\nlabel-schema: { a: semver }\nnew-key: 1\n',
    });
    const files = [{ path: 'f', text: 'FROM debian\nRUN sudo x\nLABEL a=1 b=2\nUSER app\n' }];
    const env = { HADOLINT_IGNORE: 'DL3066', HADOLINT_STRICT_LABELS: 'yes', HADOLINT_NOFAIL: 'n' };
    const { files: found, config } = await lint(
      { env, root: '/nonexistent' },
      {
        ...{ files, config: join(directory, 'h.yaml'), shellcheck: false },
        settings: { override: { error: ['DL3056'] } },
      },
    );
    expect(found[0]?.findings.map(({ code }) => code)).toEqual(['DL3006', 'DL3056', 'DL3050']);
    expect(config).toMatchObject({ failureThreshold: 'error', strictLabels: true, noFail: false });
    expect(found[0]?.fails).toBe(true);
  });

  it('are those of the user if the directory has none', async () => {
    const directory = project({ '.config/hadolint.yml': 'ignored: [DL3006]\n' });
    expect(await codesIn(TEXT, { config: undefined }, { HOME: directory })).toEqual(['DL3004']);
    const other = project({ 'hadolint.yaml': 'ignored: [DL3004]\n' });
    const env = { HOME: directory, XDG_CONFIG_HOME: other };
    expect(await codesIn(TEXT, { config: undefined }, env)).toEqual(['DL3006']);
  });

  it.each([
    ['ignored: DL3004', 'ignored is invalid'],
    ['override: { error: 1 }', 'override.error is invalid'],
    ['label-schema: { a: uri }', 'label-schema.a is invalid'],
    ['failure-threshold: all', 'failure-threshold is invalid'],
    ['strict-labels: 1', 'strict-labels is invalid'],
    ['[1]', 'the file is invalid'],
    ['a: [', 'cannot use'],
  ])('in %s are refused', async (text, message) => {
    const path = join(project({ 'h.yaml': text }), 'h.yaml');
    const refused = codesIn(TEXT, { config: path });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ code: 'CLI_CONFIG_INVALID' });
  });

  it('in a file that is missing are an error', async () => {
    const refused = codesIn(TEXT, { config: join(root, 'none.yaml') });
    await expect(refused).rejects.toMatchObject({ code: 'CLI_FILE' });
  });
});

describe('fixes', () => {
  const fixed = async (text: string, options: Partial<LintOptions> = {}) => {
    const files = [{ path: '/nonexistent/Dockerfile', text }];
    const given = { files, config: false, shellcheck: false, fix: 'all', ...options } as const;
    const [file] = (await lint({ env: {}, root: '/nonexistent' }, given)).files;
    if (file === undefined) throw new Error('no result');
    return file;
  };

  it('keep comments and everything else', async () => {
    const text =
      '# syntax=docker/dockerfile:1\n\n\nFROM debian:12\n# why\nRUN  apt-get   install \\\n# which\n\tcurl=1   # shell\n';
    expect((await fixed(text)).text).toBe(
      text.replace('install', 'install --no-install-recommends -y'),
    );
  });

  it('leave out those that are not safe unless all are wanted', async () => {
    const text = 'FROM debian:12\nRUN apt-get install curl=1\nCMD a b\n';
    const file = await fixed(text, { fix: 'safe' });
    expect(file.text).toBe(text.replace('install', 'install -y'));
    expect(file.fixed).toMatchObject({ before: text, applied: [{ code: 'DL3014' }] });
  });

  it('of two rules for one mistake are applied once', async () => {
    const { text, findings } = await fixed('FROM a:1\nUSER 1\nCMD ["a"]\nCMD ["b"]\nCMD ["c"]\n');
    expect(text).toBe('FROM a:1\nUSER 1\nCMD ["c"]\n');
    expect(findings).toEqual([]);
  });

  it.each([
    ['FROM a:1 as b', 'FROM a:1 AS b'],
    ['from a:1 AS b', 'from a:1 as b'],
    ['FROM a:1 AS Build', 'FROM a:1 AS build'],
    ['FROM a:1\nRun b', 'FROM a:1\nRUN b'],
    ['from a:1\nRUN b\nuser 1', 'from a:1\nrun b\nuser 1'],
    ['FROM a:1\nRUN b \\\n\n \n  c \\\n\n  d', 'FROM a:1\nRUN b \\\n  c \\\n  d'],
    ['FROM a:1\nENV b c d', 'FROM a:1\nENV b="c d"'],
    ['FROM a:1\nLABEL b 1', 'FROM a:1\nLABEL b=1'],
    ['FROM a:1\nENV b "c"', 'FROM a:1\nENV b "c"'],
    ['FROM a:1\nEXPOSE 80/TCP', 'FROM a:1\nEXPOSE 80/tcp'],
    ['FROM a:1\nARG P\nEXPOSE $P/TCP', 'FROM a:1\nARG P\nEXPOSE $P/TCP'],
  ])('of the form: %j', async (before, after) => {
    const { text, findings } = await fixed(before);
    expect(text).toBe(after);
    expect(findings.filter(({ fix }) => fix !== undefined)).toEqual([]);
  });

  it('of empty lines remove all of the instruction at once, but none of a here-document', async () => {
    const before = 'FROM a:1\nRUN b \\\n\n  c \\\n# why\n\t\n\n  d <<E\n\nE\n';
    const { findings } = await fixed(before, { fix: undefined });
    const found = findings.filter(({ code }) => code === 'NoEmptyContinuation');
    expect(found.map(({ fix }) => applyEdits(before, fix?.edits ?? []))).toEqual([
      'FROM a:1\nRUN b \\\n  c \\\n# why\n  d <<E\n\nE\n',
    ]);
  });

  it('write the file in place of the old one', async () => {
    const directory = project({ real: 'FROM a:1\nRUN apk add b=1\n' });
    const path = join(directory, 'Dockerfile');
    symlinkSync('real', path);
    chmodSync(join(directory, 'real'), 0o640);
    const options = { files: [{ path }], config: false, shellcheck: false, fix: 'safe' } as const;
    const { files } = await lint({ env: {}, root: '/nonexistent' }, { ...options, write: false });
    expect(files[0]?.fixed?.isWritten).toBe(false);
    expect(readFileSync(path, 'utf8')).toContain('apk add b');
    const { files: written } = await lint({ env: {}, root: '/nonexistent' }, options);
    expect(written[0]?.fixed?.isWritten).toBe(true);
    expect(readFileSync(join(directory, 'real'), 'utf8')).toBe(
      'FROM a:1\nRUN apk add --no-cache b=1\n',
    );
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['Dockerfile', 'real']);
  });

  it('never replace a file that changed meanwhile', async () => {
    const path = join(project({ f: 'new' }), 'f');
    const refused = writeBack(path, Buffer.from('old'), Buffer.from('fixed'));
    await expect(refused).rejects.toMatchObject({ code: 'LINT_FILE_CHANGED' });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(dirname(path))).toEqual(['f']);
  });

  it('never lose bytes that are not UTF-8', async () => {
    const bytes = Buffer.from('FROM a:1\n# caf\xe9\nRUN apk add b=1\n', 'latin1');
    const path = join(project({ f: bytes }), 'f');
    const options = { files: [{ path }], config: false, shellcheck: false, fix: 'safe' } as const;
    const { files } = await lint({ env: {}, root: '/nonexistent' }, options);
    expect(files[0]?.findings.map(({ code }) => code)).toEqual(['LINT_FILE_UNWRITABLE', 'DL3019']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('are edits from the first to the last', () => {
    const at = (start: number, end = start) => ({
      start: { line: 1, column: start + 1, offset: start },
      end: { line: 1, column: end + 1, offset: end },
    });
    const edits = [insertAt(at(4).start, 'x'), replace(at(0, 1), '')];
    expect(applyEdits('abcdef', edits)).toBe('bcdxef');
    expect(() => applyEdits('abc', [replace(at(0, 2), ''), replace(at(1, 3), '')])).toThrow();
  });
});
