import { describe, expect, it } from 'vitest';
import { session } from '../../../test/support/program.ts';
import type { CheckResult, OutlineResult, TargetsResult } from '../../api/index.ts';
import { AppError, type SourceRange } from '../../errors.ts';

const TEXT = 'FROM a\n\nENV b c\n\n# x\nRUN d\n';
const RANGE: SourceRange = {
  start: { line: 3, column: 1, offset: 8 },
  end: { line: 3, column: 8, offset: 15 },
};
const SOURCE = { file: 'Dockerfile', text: TEXT };
const CLEAN: CheckResult = { warnings: [], error: undefined, skipped: [], source: SOURCE };
const FOUND: CheckResult = {
  ...CLEAN,
  warnings: [
    {
      rule: 'LegacyKeyValueFormat',
      description: 'why',
      page: 'docs/rules/legacy-key-value-format.md',
      message: 'the old form',
      hint: 'write b=c',
      location: { ...SOURCE, range: RANGE },
    },
  ],
};

describe('build --check', () => {
  const check = (result: CheckResult, ...argv: string[]) =>
    session(['build', ...argv, '.'], { api: { check: async () => result } });

  it('says so when there is nothing to say', async () => {
    const { stdout, status } = await check(CLEAN, '--check');
    expect([stdout, status]).toEqual(['Check complete, no warnings found.\n', 0]);
  });

  it('shows each warning with its rule, its page and the lines around it, and fails', async () => {
    const { stdout, status } = await check(FOUND, '--call=check');
    expect(status).toBe(1);
    expect(stdout).toBe(`Check complete, 1 warning has been found!

WARNING: LegacyKeyValueFormat - lamina explain LegacyKeyValueFormat
the old form
hint: write b=c
Dockerfile:3
--------------------
   1 |     FROM a
   2 |
   3 | >>> ENV b c
   4 |
   5 |     # x
--------------------
`);
  });

  it('answers in JSON', async () => {
    const { stdout, status } = await check(FOUND, '--call', 'check,format=json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      warnings: [
        {
          ruleName: 'LegacyKeyValueFormat',
          description: 'why',
          url: 'docs/rules/legacy-key-value-format.md',
          detail: 'the old form',
          location: {
            ranges: [{ start: { line: 3, character: 0 }, end: { line: 3, character: 7 } }],
          },
        },
      ],
      sources: [
        {
          filename: 'Dockerfile',
          data: Buffer.from(TEXT).toString('base64'),
          language: 'Dockerfile',
        },
      ],
    });
  });

  it('tells why the file cannot be built', async () => {
    const error = new AppError('PLAN_EMPTY_BASE', 'the base name is empty');
    const text = await check({ ...CLEAN, error }, '--check');
    expect([text.stdout, text.status]).toEqual(['', 1]);
    expect(text.stderr).toContain('PLAN_EMPTY_BASE');
    const json = await check({ ...CLEAN, error }, '--call=check,format=json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ buildError: { message: error.message } });
  });

  it('names the base images that could not be asked for, apart from the answer', async () => {
    const skipped = [{ name: 'base', reason: 'cannot reach r.example' }];
    for (const call of ['--check', '--call=check,format=json']) {
      const { stdout, stderr, status } = await check({ ...CLEAN, skipped }, call);
      expect(stderr).toContain("'base' is not available");
      expect(stderr).toContain('cannot reach r.example');
      expect(stdout).not.toContain('r.example');
      expect(status).toBe(0);
    }
  });

  it('refuses what cannot be called', async () => {
    const { stderr, status } = await check(CLEAN, '--call=chek');
    expect(status).toBe(125);
    expect(stderr).toContain('did you mean --call=check?');
    expect((await check(CLEAN, '--call=check,format=yaml')).status).toBe(125);
  });
});

describe('build --call=outline', () => {
  const result: OutlineResult = {
    name: 'web',
    description: 'serves',
    args: [{ name: 'PORT', description: 'to listen on', value: '80', range: RANGE }],
    secrets: [{ name: 'npm', required: true, range: RANGE }],
    ssh: [{ name: 'default', required: false, range: RANGE }],
    cache: [{ name: '/root/.npm', required: false, range: RANGE }],
    skipped: [],
    source: SOURCE,
  };
  const api = { outline: async () => result };

  it('lists what the target takes', async () => {
    const { stdout, status } = await session(['build', '--call=outline', '.'], { api });
    expect(status).toBe(0);
    expect(stdout).toBe(`TARGET:        web
DESCRIPTION:   serves

BUILD ARG   VALUE   DESCRIPTION
PORT        80      to listen on

SECRET   REQUIRED
npm      true

SSH       REQUIRED
default
`);
  });

  it('answers in JSON, also by its old name', async () => {
    const { stdout } = await session(['build', '--print=outline,format=json', '.'], { api });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'web',
      args: [{ name: 'PORT', value: '80', description: 'to listen on' }],
      secrets: [{ name: 'npm', required: true }],
      ssh: [{ name: 'default' }],
      cache: [{ ID: '/root/.npm' }],
    });
  });
});

describe('build --call=targets', () => {
  const range = RANGE;
  const platform = undefined;
  const result: TargetsResult = {
    targets: [
      {
        name: 'build',
        isDefault: false,
        description: 'compiles',
        base: '$GO',
        resolvedBase: 'go',
        platform,
        range,
      },
      {
        name: undefined,
        isDefault: true,
        description: undefined,
        base: 'go',
        resolvedBase: 'go',
        platform,
        range,
      },
    ],
    source: SOURCE,
  };
  const api = { targets: async () => result };

  it('lists the stages', async () => {
    const { stdout } = await session(['build', '--call=targets', '.'], { api });
    expect(stdout).toBe('TARGET      DESCRIPTION\nbuild       compiles\n(default)\n');
  });

  it('answers in JSON', async () => {
    const { stdout } = await session(['build', '--call=targets,format=json', '.'], { api });
    expect(JSON.parse(stdout)).toMatchObject({
      targets: [{ name: 'build', base: '$GO', resolvedBase: 'go' }, { default: true }],
    });
  });
});
