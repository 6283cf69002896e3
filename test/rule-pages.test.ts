/** Every build check and every rule of the linter is explained, and nothing else is. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ADVICE_RULES, type AdviceRule, advicePage, lint } from '../src/advice/index.ts';
import type { LintConfig } from '../src/api/index.ts';
import { parseDockerfile, parseInstructions } from '../src/dockerfile/index.ts';
import { lintDockerfile, RULES, rulePage } from '../src/lint/index.ts';

const root = resolve(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'lamina-rules-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const page = (name: string) => readFileSync(resolve(root, rulePage(name)), 'utf8');
/** Their findings depend on what is beside the Dockerfile. */
const NEEDS_MORE = new Set(['CopyIgnoredFile', 'InvalidBaseImagePlatform']);

it('has a page for every rule', () => {
  const files = readdirSync(resolve(root, 'docs/rules'), { recursive: true, encoding: 'utf8' });
  const pages = files.filter((file) => file.endsWith('.md')).map((file) => `docs/rules/${file}`);
  const own = [...RULES.map(({ name }) => rulePage(name)), ...ADVICE_RULES.map(advicePage)];
  const expected = [...own, 'docs/rules/README.md'];
  expect(pages.sort()).toEqual(expected.sort());
});

it.each(RULES.map(({ name }) => name))('shows what %s finds, and what it does not', (name) => {
  const text = page(name);
  expect(text.split('\n')[0]).toBe(`# ${name}`);
  expect(headingsOf(text)).toEqual(['Output', 'Why', 'Bad', 'Good']);
  const [bad, good] = examplesOf(text).map((code) => messagesOf(name, code));
  expect(good).toEqual([]);
  if (!NEEDS_MORE.has(name)) expect(bad).not.toEqual([]);
});

function messagesOf(rule: string, code: string): string[] {
  const body = /^(#.*\n)*(FROM|ARG VERSION|ARG TAG)\b/.test(code) ? code : `FROM scratch\n${code}`;
  const text = `# check=experimental=all\n${body}`;
  const tree = parseDockerfile(text, { file: 'Dockerfile' });
  const found = lintDockerfile(
    { tree, ...parseInstructions(tree) },
    {
      buildArgs: new Map(),
      predefined: new Map([['BUILDPLATFORM', 'linux/amd64']]),
      target: undefined,
      platform: { os: 'linux', architecture: 'amd64' },
      imageOf: () => undefined,
      ignoreFile: () => undefined,
    },
  );
  return found.filter((warning) => warning.code === rule).map(({ message }) => message);
}

it.each(ADVICE_RULES.map((rule) => [rule.code, rule] as const))(
  'shows what %s finds, and what it does not',
  async (code, rule) => {
    const text = readFileSync(resolve(root, advicePage(rule)), 'utf8');
    expect(text.split('\n')[0]).toBe(`# ${code}`);
    expect(headingsOf(text)).toEqual(['Output', 'Why', 'Bad', 'Good']);
    expect(text).toContain(`## Why\n\n${rule.why}\n`);
    const [, output] = /^## Output\n\n```text\n(.*)\n```$/m.exec(text) ?? [];
    const [bad = '', good = ''] = examplesOf(text);
    expect((await findings(rule, bad, text)).map(({ what }) => what)).toContain(output);
    expect(await findings(rule, good, text)).toEqual([]);
  },
);

it('lists all rules of the linter with their severities', () => {
  const text = readFileSync(resolve(root, 'docs/rules/README.md'), 'utf8');
  const listed = [
    ...text.matchAll(/^\| \[(\w+)\]\(((?:hadolint|lamina)\/.*?)\) \| (\w+) \| (.*) \|$/gm),
  ];
  const expected = ADVICE_RULES.map((rule) => [
    rule.code,
    advicePage(rule).replace('docs/rules/', ''),
    rule.severity === 'ignore' ? 'off' : rule.severity,
    rule.requires,
  ]);
  expect(listed.map(([, ...cells]) => cells)).toEqual(expected);
});

/** With the configuration that the page shows, and a severity for rules that are off. */
async function findings({ code, severity }: AdviceRule, example: string, page: string) {
  const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const given = (parse(yaml) ?? {}) as Record<string, never>;
  const settings: LintConfig = {
    trustedRegistries: given.trustedRegistries,
    labelSchema: given['label-schema'],
    strictLabels: given['strict-labels'],
    override: severity === 'ignore' ? { warning: [code] } : undefined,
  };
  const context = contextOf(code);
  const files = [
    {
      path: context === undefined ? '/nonexistent/Dockerfile' : `${context}/Dockerfile`,
      text: example,
    },
  ];
  const options = { files, settings, config: false, shellcheck: false, context } as const;
  const { files: linted } = await lint({ env: {}, root: '/nonexistent' }, options);
  return linted.flatMap((file) => file.findings).filter((finding) => finding.code === code);
}

/** The directory that an example is about. */
function contextOf(code: string): string | undefined {
  if (code !== 'MissingIgnoreFile' && code !== 'UnneededInContext') return undefined;
  const directory = mkdtempSync(join(temporary, 'context-'));
  if (code === 'UnneededInContext') {
    mkdirSync(join(directory, '.git'));
    writeFileSync(join(directory, '.dockerignore'), '*.md\n');
  }
  return directory;
}

function headingsOf(page: string) {
  return [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
}

function examplesOf(page: string): string[] {
  return [...page.matchAll(/^```dockerfile\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}
