import { describe, expect, it } from 'vitest';
import { hasRange } from './ordinary-user.ts';

describe('a range of subordinate ids', () => {
  it('is one of the user, with ids in it', () => {
    const text = '# comment\nann:100000:65536\nbob:165536:0\ncy\n';
    expect(hasRange(text, 'ann')).toBe(true);
    expect(hasRange(text, 'bob')).toBe(false);
    expect(hasRange(text, 'cy')).toBe(false);
    expect(hasRange(text, 'an')).toBe(false);
    expect(hasRange('', 'ann')).toBe(false);
  });
});
