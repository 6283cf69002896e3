import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ensureTool } from '../../test/support/tools.ts';
import { commandList } from './command-list.ts';
import { manualPage } from './manual.ts';

it('the manual is read by man, without a complaint', async () => {
  const mandoc = ensureTool('mandoc', 'mandoc');
  const input = await manualPage();
  const lint = spawnSync(mandoc, ['-T', 'lint', '-W', 'warning'], { input, encoding: 'utf8' });
  // A date would make two builds differ.
  const complaints = lint.stdout.split('\n').filter((line) => !/missing date/.test(line));
  expect(complaints.join('\n')).toBe('');
  const page = spawnSync(mandoc, ['-T', 'ascii'], { input, encoding: 'utf8' });
  const shown = page.stdout.replace(/.\x08/g, '');
  for (const { name } of commandList) expect(shown).toContain(`lamina ${name}`);
});
