import { describe, expect, it } from 'vitest';
import { session } from '../../../test/support/program.ts';
import { RULES } from '../../lint/index.ts';
import { plainText } from './plain-text.ts';

describe('text for a terminal', () => {
  it('has paragraphs as wide as asked for, and no marks', () => {
    const markdown = '# A\n\nOne **two** `three`\nfour [five](x.md#y) *six*.  \nSeven.\n';
    expect(plainText(markdown, 24)).toBe('A\n\nOne two three four five\nsix.\nSeven.\n');
  });

  it('keeps code, and puts tables in columns', () => {
    const markdown =
      'Run:\n\n```sh\nls  -l\n```\n\n| a | b |\n| --- | --- |\n| `x\\|y` | long *one* |\n';
    expect(plainText(markdown, 80)).toBe('Run:\n\n    ls  -l\n\na     b\nx|y   long one\n');
  });

  it('indents what continues an item of a list', () => {
    expect(plainText('- one two\n  three\n- four\n', 12)).toBe('- one two\n  three\n- four\n');
  });
});

describe('lamina explain', () => {
  it('explains a code, whatever way it is written', async () => {
    for (const name of ['COPY_SOURCE_NOT_FOUND', 'copy-source-not-found']) {
      const { status, stdout } = await session(['explain', name]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^COPY_SOURCE_NOT_FOUND\n\n\S/);
      expect(stdout).toContain('What to do:');
      expect(stdout).not.toContain('###');
    }
  });

  it.each(RULES.map(({ name }) => name))('explains the build check %s', async (name) => {
    const { stdout } = await session(['explain', name]);
    expect(stdout).toMatch(new RegExp(`^${name}\n`));
    expect(stdout).toContain('\nWhy\n');
  });

  it('explains a topic', async () => {
    expect((await session(['explain', 'registries'])).stdout).toContain(
      'LAMINA_INSECURE_REGISTRIES',
    );
  });

  it('lists all names, each with a summary', async () => {
    const { stdout } = await session(['explain', '--format', 'json']);
    const rows: { Name: string; Kind: string; Summary: string }[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(rows.map(({ Kind }) => Kind))).toEqual(
      new Set(['error', 'warning', 'rule', 'topic']),
    );
    expect(rows.filter(({ Summary }) => Summary.trim() === '')).toEqual([]);
  });

  it('gives the page as it is, and as JSON', async () => {
    const { stdout } = await session(['explain', '--format', 'markdown', 'RUN_FAILED']);
    expect(stdout).toMatch(/^### RUN_FAILED\n/);
    const json = await session(['explain', '--format=json', 'RUN_FAILED']);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'RUN_FAILED', kind: 'error' });
  });

  it('says what was probably meant', async () => {
    const { status, stderr } = await session(['explain', 'COPY_SOURCE_NOT_FUOND']);
    expect(status).toBe(125);
    expect(stderr).toContain("did you mean 'lamina explain COPY_SOURCE_NOT_FOUND'?");
  });
});
