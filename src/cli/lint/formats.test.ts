/** Texts of findings come from the file: no format lets them out of their place. */
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { describe, expect, it } from 'vitest';
import { session } from '../../../test/support/program.ts';
import type { Finding, LintOptions, LintResult } from '../../api/index.ts';

const HOSTILE = 'a\n::error file=x::y\r%0A<b>&"]]>|\x1b[31m\u202e\ud800\ufffe';
const TEXT = 'FROM a\nRUN b\n';

const at = (start: number, end: number) => ({
  start: { line: 2, column: start - 6, offset: start },
  end: { line: 2, column: end - 6, offset: end },
});

const finding: Finding = {
  ...{ code: 'DL3004', family: 'hadolint', severity: 'warning', range: at(11, 12) },
  instruction: at(7, 12),
  ...{ what: `found ${HOSTILE}`, why: `since ${HOSTILE}`, hint: 'change it' },
  page: 'docs/rules/hadolint/dl3004.md',
  fix: { title: 'use c', safe: true, edits: [{ range: at(11, 12), text: 'c' }] },
  savings: { bytes: 2_500_000, seconds: 3, measured: false },
};

const result: LintResult = {
  files: [
    { file: `d/${HOSTILE}`, text: TEXT, findings: [finding], fails: true },
    { file: 'clean', text: TEXT, findings: [], fails: false },
  ],
  config: {},
};

async function shown(format: string, given = result): Promise<string> {
  const argv = ['lint', '--format', format, 'f'];
  const { status, stdout } = await session(argv, { api: { lint: async () => given } });
  expect(status).toBe(given.files.some(({ fails }) => fails) ? 1 : 0);
  return stdout;
}

const parsed = async (format: string) => JSON.parse(await shown(format));
const documentOf = (text: string) =>
  new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml');

describe('the formats of findings', () => {
  it('text shows the source, what to do, and what it saves', async () => {
    const text = await shown('text');
    expect(text).not.toMatch(/[\r\x1b\u202e]/);
    expect(text).toContain(' 2 | RUN b\n   |     ^\n');
    expect(text).toContain('saves: about 2.5MB, 3.0s of a build (an estimate)');
    expect(text).toContain('fix: use c (--fix)');
    expect(
      text.endsWith('1 finding in 2 files; 1 can be fixed, 1 of them safely with --fix\n'),
    ).toBe(true);
  });

  it.each(['tty', 'gnu', 'github', 'codacy'])('%s has one line for a finding', async (format) => {
    const lines = (await shown(format, { ...result, files: [{ ...named('d'), file: 'd' }] }))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('DL3004');
  });

  it('GitHub gets one command with the place', async () => {
    const text = await shown('github', { ...result, files: [named('a,b:c')] });
    expect(text).toMatch(
      /^::warning file=a%2Cb%3Ac,line=2,endLine=2,col=5,title=DL3004::found a\\n::error /,
    );
    expect(text).toContain('%250A');
  });

  it('JSON has the fields of hadolint, and more', async () => {
    const [row, ...others] = await parsed('json');
    expect(others).toEqual([]);
    expect(row).toMatchObject({ line: 2, column: 1, level: 'warning', code: 'DL3004' });
    expect(row).toMatchObject({ range: at(11, 12), savings: finding.savings, also: [] });
    expect(row.fix).toEqual(finding.fix);
    expect(Object.keys(row)).toEqual(expect.arrayContaining(['file', 'message', 'family', 'page']));
  });

  it('SARIF has places, rules and fixes', async () => {
    const { version, runs } = await parsed('sarif');
    expect(version).toBe('2.1.0');
    expect(runs[0].tool.driver.rules).toMatchObject([{ id: 'DL3004' }]);
    const [{ level, locations, fixes, ruleIndex }] = runs[0].results;
    expect([level, ruleIndex]).toEqual(['warning', 0]);
    const region = { startLine: 2, startColumn: 5, endLine: 2, endColumn: 6 };
    expect(locations[0].physicalLocation.region).toEqual(region);
    const [replacement] = fixes[0].artifactChanges[0].replacements;
    expect(replacement).toEqual({ deletedRegion: region, insertedContent: { text: 'c' } });
  });

  it('Code Climate, GitLab and SonarQube have their fields', async () => {
    const [climate] = (await shown('codeclimate')).split('\0');
    expect(JSON.parse(climate ?? '')).toMatchObject({ type: 'issue', severity: 'major' });
    const [issue] = await parsed('gitlab_codeclimate');
    expect(issue.fingerprint).toMatch(/^[\da-f]{64}$/);
    expect(issue.location.lines.begin).toBe(2);
    const { issues } = await parsed('sonarqube');
    expect(issues[0].primaryLocation.textRange).toEqual({
      ...{ startLine: 2, endLine: 2, startColumn: 4, endColumn: 5 },
    });
  });

  it('GitLab can tell two findings of a kind apart', async () => {
    const files = [{ ...named('d'), findings: [finding, { ...finding, range: at(7, 8) }] }];
    const issues = JSON.parse(await shown('gitlab_codeclimate', { ...result, files }));
    expect(new Set(issues.map((issue: { fingerprint: string }) => issue.fingerprint)).size).toBe(2);
  });

  it('Checkstyle and JUnit are well-formed XML', async () => {
    const style = documentOf(await shown('checkstyle'));
    expect(style.getElementsByTagName('file')).toHaveLength(2);
    expect(style.getElementsByTagName('error')[0]?.getAttribute('source')).toBe('DL3004');
    const junit = documentOf(await shown('junit'));
    const suites = [...junit.getElementsByTagName('testsuite')];
    expect(suites.map((suite) => suite.getAttribute('failures'))).toEqual(['1', '0']);
    expect(junit.getElementsByTagName('testcase')).toHaveLength(2);
  });

  it('take another name for the file', async () => {
    const argv = ['lint', '-f', 'tty', '--file-path-in-report', 'sub/Dockerfile', 'f'];
    const { stdout } = await session(argv, { api: { lint: async () => result } });
    expect(stdout).toMatch(/^sub\/Dockerfile:2 DL3004 warning: /);
  });
});

describe('the options of lint', () => {
  it('become settings; those that are not given leave them alone', async () => {
    const calls: LintOptions[] = [];
    const api = {
      lint: async (options: LintOptions) => {
        calls.push(options);
        return { files: [], config: { formats: ['tty'] } };
      },
    };
    await session(['lint'], { api });
    const argv = ['--ignore=DL1', '--error', 'DL2', '-t', 'none', '--no-fail', '--strict-labels'];
    await session(['lint', ...argv, '--require-label', 'a:url', '--no-shellcheck', 'x', 'y'], {
      api,
    });
    expect(calls[0]).toMatchObject({
      files: [{ path: 'Dockerfile' }],
      fix: undefined,
      shellcheck: true,
    });
    expect(calls[0]?.settings).toMatchObject({ noFail: undefined, strictLabels: undefined });
    expect(calls[1]).toMatchObject({ files: [{ path: 'x' }, { path: 'y' }], shellcheck: false });
    expect(calls[1]?.settings).toMatchObject({
      ...{ ignored: ['DL1'], override: { error: ['DL2'] }, failureThreshold: 'ignore' },
      ...{ noFail: true, strictLabels: true, labelSchema: { a: 'url' } },
    });
  });

  it.each([
    [['--require-label', 'a:uri'], 'CLI_FLAG_VALUE'],
    [['--fix', '-'], 'CLI_USAGE'],
    [['--fix=some'], 'CLI_FLAG_VALUE'],
  ])('%j are refused', async (argv, code) => {
    const { status, stderr } = await session(['lint', ...argv], { api: {} });
    expect(status).toBe(125);
    expect(stderr).toContain(code);
  });
});

function named(file: string) {
  return { file, text: TEXT, findings: [finding], fails: true };
}
