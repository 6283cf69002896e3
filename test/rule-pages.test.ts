/** Every build check is explained, and nothing else is. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parseDockerfile, parseInstructions } from '../src/dockerfile/index.ts';
import { lintDockerfile, RULES, rulePage } from '../src/lint/index.ts';

const root = resolve(import.meta.dirname, '..');
const page = (name: string) => readFileSync(resolve(root, rulePage(name)), 'utf8');
/** Their findings depend on what is beside the Dockerfile. */
const NEEDS_MORE = new Set(['CopyIgnoredFile', 'InvalidBaseImagePlatform']);

it('has a page for every rule', () => {
  const pages = readdirSync(resolve(root, 'docs/rules')).map((file) => `docs/rules/${file}`);
  const expected = [...RULES.map(({ name }) => rulePage(name)), 'docs/rules/README.md'];
  expect(pages.sort()).toEqual(expected.sort());
});

it.each(RULES.map(({ name }) => name))('shows what %s finds, and what it does not', (name) => {
  const text = page(name);
  expect(text.split('\n')[0]).toBe(`# ${name}`);
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['Output', 'Why', 'Bad', 'Good']);
  const examples = [...text.matchAll(/^```dockerfile\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  const [bad, good] = examples.map((code = '') => messagesOf(name, code));
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
