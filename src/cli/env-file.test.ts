import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readEnvFile } from './env-file.ts';

const path = join(tmpdir(), `lamina-env-file-${process.pid}`);
afterAll(() => rmSync(path, { force: true }));

function read(text: string): Promise<readonly string[]> {
  writeFileSync(path, text);
  return readEnvFile(path, { env: { HERE: 'set', EMPTY: '' } });
}

describe('a file of variables', () => {
  test('has one a line, with comments and empty lines between them', async () => {
    const text =
      '\ufeffA=1\r\n# comment\n\n  B= two words \n\tC=#no=comment\nHERE\nEMPTY\nABSENT\n';
    expect(await read(text)).toEqual([
      'A=1',
      'B= two words ',
      'C=#no=comment',
      'HERE=set',
      'EMPTY=',
    ]);
  });

  test.each([
    ['A=1\nB C=2\n', `${path}:2: the name 'B C' contains whitespace`],
    ['export A=1', `${path}:1: the name 'export A' contains whitespace`],
    ['A =1', `${path}:1: the name 'A ' contains whitespace`],
    ['A\t', `${path}:1: the name 'A\t' contains whitespace`],
    ['\n=1', `${path}:2: the variable name is missing`],
  ])('is refused for %j', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'CLI_FILE',
      message: `--env-file: ${message}`,
    });
  });

  test('has to be there', async () => {
    await expect(readEnvFile('/nowhere/env', { env: {} })).rejects.toMatchObject({
      code: 'CLI_FILE',
      message: "--env-file: cannot read '/nowhere/env': there is no such file",
    });
  });
});
