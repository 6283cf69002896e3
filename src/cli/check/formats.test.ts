/** Names of files are whatever an attacker likes: no format lets them out of their place. */
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { session } from '../../../test/support/program.ts';
import type { ImageCheck, ImageFinding } from '../../api/index.ts';

const HOSTILE = 'a\n::error file=x::y\r%0A<b>&"]]>|\x1b[31m\u202e\ud800\ufffe,`@you`';

const finding: ImageFinding = {
  ...({ rule: 'no-shell', level: 'error', limit: 0, actual: 1, layer: 2, line: 7 } as const),
  message: `the image has a shell: ${HOSTILE}`,
  hint: 'use another base',
  instruction: `COPY ${HOSTILE} /`,
  paths: [HOSTILE],
};

const check: ImageCheck = {
  image: {
    id: `sha256:${'0'.repeat(64)}`,
    ...{ names: ['app:1'], platform: 'linux/amd64', created: null, user: '' },
  },
  passed: false,
  rules: [
    { rule: 'max-size', status: 'not-checked', limit: null, actual: 5 },
    { rule: 'non-root', status: 'passed', limit: true, actual: 'app' },
    { rule: 'no-shell', status: 'failed', limit: 0, actual: 1 },
  ],
  findings: [finding],
  problems: [],
};

async function shown(format: string, result = check): Promise<string> {
  const argv = ['check', '--no-shell', '--dockerfile', 'a,b:c/Dockerfile', '--format', format, 'a'];
  const { status, stdout } = await session(argv, { api: { checkImage: async () => result } });
  expect(status).toBe(1);
  return stdout;
}

describe('the formats of a check', () => {
  it('GitHub sees one command', async () => {
    const text = await shown('github');
    const [command, ...others] = text.trimEnd().split('\n');
    expect(others).toEqual([]);
    expect(text).not.toMatch(/[\r\x1b\u202e]/);
    expect(command).toMatch(
      /^::error file=a%2Cb%3Ac\/Dockerfile,line=7,title=lamina check%3A no-shell::the image has a shell: a\\n::error /,
    );
    // A percent sign of the name is no escape of ours.
    expect(command).toContain('%250A');
  });

  it('JUnit is well-formed XML with a case for each rule that was checked', async () => {
    const text = await shown('junit');
    const parser = new DOMParser({ onError: onErrorStopParsing });
    const document = parser.parseFromString(text, 'text/xml');
    const suite = document.getElementsByTagName('testsuite')[0];
    expect(
      ['tests', 'failures', 'errors', 'skipped'].map((name) => suite?.getAttribute(name)),
    ).toEqual(['2', '1', '0', '0']);
    const cases = [...document.getElementsByTagName('testcase')];
    expect(cases.map((one) => one.getAttribute('name'))).toEqual(['non-root', 'no-shell']);
    expect(cases.map((one) => one.getElementsByTagName('failure').length)).toEqual([0, 1]);
    const failure = document.getElementsByTagName('failure')[0];
    expect(failure?.textContent).toContain('<b>&"]]>');
    expect(failure?.getAttribute('message')).toContain('<b>&"]]>');
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\ufffe\ud800]/);
  });

  it('SARIF has what code scanning asks for', async () => {
    const log = JSON.parse(await shown('sarif'));
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif') });
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('lamina');
    const [result] = run.results;
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(result).toMatchObject({
      level: 'error',
      locations: [{ physicalLocation: { region: { startLine: 7 } } }],
      partialFingerprints: { 'laminaCheck/v1': expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(
      () => new URL(result.locations[0].physicalLocation.artifactLocation.uri, 'file:///'),
    ).not.toThrow();
    expect(result.message.text).not.toContain('\n');
  });

  it.each(['json', 'sarif', 'gitlab'])('%s is JSON that a terminal can show', async (format) => {
    const hostile = { ...finding, paths: [`${HOSTILE}\u009b2J\u200f`] };
    const text = await shown(format, { ...check, findings: [hostile] });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200f\u202e]/);
    expect(() => JSON.parse(text)).not.toThrow();
    if (format === 'json') expect(JSON.parse(text).findings[0].paths).toEqual(hostile.paths);
  });

  it('GitLab knows a finding again when its sizes change', async () => {
    const big = { ...finding, rule: 'max-size', limit: 10, paths: [] } as const;
    const one = JSON.parse(
      await shown('gitlab', { ...check, findings: [{ ...big, message: '12' }] }),
    );
    const other = JSON.parse(
      await shown('gitlab', { ...check, findings: [{ ...big, message: '13' }] }),
    );
    expect(one[0]).toMatchObject({
      check_name: 'max-size',
      severity: 'minor',
      location: { path: 'a,b:c/Dockerfile', lines: { begin: 7 } },
    });
    expect(one[0].fingerprint).toBe(other[0].fingerprint);
    expect(JSON.parse(await shown('gitlab'))[0].fingerprint).not.toBe(one[0].fingerprint);
  });

  it('Markdown and text show what is there, and obey nothing', async () => {
    const markdown = await shown('markdown');
    expect(markdown).not.toMatch(/[^\\]<b>|@you|\x1b|^::error/m);
    expect(markdown).toContain('| FAIL | no-shell | none | 1 |');
    const text = await shown('text');
    expect(text).not.toMatch(/\x1b|\u202e|^::error/m);
    expect(text).toContain('app:1: 1 check of 2 failed');
  });
});

it('a layer that could not be read is an error, also where the rest is fine', async () => {
  const problems = [{ layer: 3, code: 'ARCHIVE_TRUNCATED', message: 'the archive ends early' }];
  const api = { checkImage: async () => ({ ...check, passed: true, findings: [], problems }) };
  const { status, stdout, stderr } = await session(['check', '--no-shell', 'a'], { api });
  expect(status).toBe(2);
  expect(stdout).toContain('app:1: not all layers could be read');
  expect(stderr).toContain('layer 3 could not be checked: the archive ends early');
  const junit = await session(['check', '--no-shell', '--format=junit', 'a'], { api });
  expect(junit.stdout).toContain('tests="3" failures="1" errors="1" skipped="0"');
  expect(junit.stdout).toContain(
    '<error type="ARCHIVE_TRUNCATED" message="could not be read: the archive ends early"/>',
  );
  const github = await session(['check', '--no-shell', '--format=github', 'a'], { api });
  expect(github.stdout).toBe(
    '::error title=lamina check::layer 3 could not be checked: the archive ends early\n',
  );
  const sarif = await session(['check', '--no-shell', '--format=sarif', 'a'], { api });
  expect(JSON.parse(sarif.stdout).runs[0].invocations).toEqual([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          ...{ descriptor: { id: 'ARCHIVE_TRUNCATED' }, level: 'error' },
          message: { text: 'layer 3 could not be checked: the archive ends early' },
        },
      ],
    },
  ]);
  const gitlab = await session(['check', '--no-shell', '--format=gitlab', 'a'], { api });
  expect(JSON.parse(gitlab.stdout)).toMatchObject([
    {
      check_name: 'ARCHIVE_TRUNCATED',
      severity: 'blocker',
      description: expect.stringMatching(/^layer 3 could not/),
    },
  ]);
});

it('an option counts before the file', async () => {
  let limits: unknown;
  const checkImage = async (options: { readonly limits?: unknown }) => {
    ({ limits } = options);
    return { ...check, passed: true };
  };
  const flags = ['--max-size=10MiB', '--no-shell=false', '--base', 'a', '--base', 'b:*'];
  const { status } = await session(['check', '--ci', ...flags, 'app'], { api: { checkImage } });
  expect(status).toBe(0);
  expect(limits).toEqual({
    ...{ maxSize: 10 << 20, noShell: false, bases: ['a', 'b:*'] },
    ...{ minEfficiency: 0.9, maxUserWasted: 0.1 },
  });
  const invalid = await session(['check', '--min-efficiency', '90', 'app']);
  expect([invalid.status, invalid.stderr]).toEqual([
    125,
    expect.stringContaining('a ratio from 0 to 1'),
  ]);
});
