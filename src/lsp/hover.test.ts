import { expect, it } from 'vitest';
import { atMark } from '../../test/support/marked-text.ts';
import { hoverAt } from './hover.ts';

function hover(marked: string, cost?: string): string | undefined {
  const { model, offset } = atMark(marked);
  return hoverAt(model, offset, () => cost)?.markdown;
}

it('explains an instruction, with what the last build did', () => {
  const text = hover('FROM a\nRU¦N x\n', 'Last build: cached');
  expect(text).toContain('RUN [--mount=…]');
  expect(text).toMatch(/\n\nLast build: cached$/);
  expect(hover('FROM a\nONBUILD C¦OPY a b\n')).toContain('Copies files');
});

it('explains flags and options of mounts', () => {
  expect(hover('FROM a\nCOPY --li¦nk a b\n')).toMatch(/^`--link`: put the files/);
  expect(hover('FROM a\nRUN --mount=type=ca¦che,target=/x y\n')).toMatch(
    /^`type=cache`: a directory/,
  );
  expect(hover('FROM a\nRUN --mount=type=cache,sha¦ring=locked y\n')).toMatch(/^`sharing`: /);
  expect(hover('FROM a\nRUN --network=none¦ y\n')).toBeUndefined();
});

it('shows the definition of stages and variables', () => {
  expect(hover('FROM a AS b\nFROM c\nCOPY --from=b¦ x y\n')).toBe(
    '```dockerfile\nFROM a AS b\n```\n\nStage 0, line 1',
  );
  expect(hover('# b is *built*\nFROM a AS b¦\n')).toContain('Stage 0, line 2\n\nis \\*built\\*');
  expect(hover('FROM a\nENV v=1\nRUN echo $v¦\n')).toBe('```dockerfile\nENV v=1\n```\n\nLine 2');
  expect(hover('FROM a\nRUN echo $v¦\n')).toBe('`v` is not set in this file before this line');
});

it('keeps text of the file inside its code block', () => {
  expect(hover('FROM a\nENV v="```\\n[x](command:y)"\nRUN $v¦\n')).toMatch(
    /^````dockerfile\n.*\n````/,
  );
});
