import { describe, expect, it } from 'vitest';
import { commandReference } from './reference.ts';

describe('docs/cli.md', () => {
  it('says what the program says', async () => {
    await expect(await commandReference()).toMatchFileSnapshot('../../docs/cli.md');
  });
});
