import { describe, expect, it } from 'vitest';
import { atMark } from '../../test/support/marked-text.ts';
import { type ContextName, proposalsAt } from './completion.ts';

const NAMES: Readonly<Record<string, readonly ContextName[]>> = {
  '': [
    { name: 'src', isDirectory: true },
    { name: 'package.json', isDirectory: false },
  ],
  'src/': [{ name: 'main.ts', isDirectory: false }],
};

function proposed(marked: string): readonly string[] {
  const { model, offset } = atMark(marked);
  return proposalsAt(model, offset, (path) => NAMES[path] ?? []).map(({ label }) => label);
}

describe('completion', () => {
  it('proposes instructions at the start of a line, in the case of the file', () => {
    expect(proposed('FROM a\n¦')).toContain('HEALTHCHECK');
    expect(proposed('FROM a\n  R¦')).toContain('RUN');
    expect(proposed('from a\nrun b\nc¦')).toContain('copy');
    expect(proposed('FROM a\nONBUILD R¦')).toContain('RUN');
    expect(proposed('FROM a\nRUN x ¦')).toEqual([]);
  });

  it('proposes the flags of an instruction, and their values', () => {
    expect(proposed('FROM a\nCOPY --¦')).toEqual(
      expect.arrayContaining(['--from=', '--link', '--parents']),
    );
    expect(proposed('FROM a\nRUN --network=¦ x')).toEqual(['default', 'none', 'host']);
    expect(proposed('FROM a\nRUN \\\n  --se¦')).toContain('--security=');
    expect(proposed('FROM a\nRUN x --¦')).toEqual([]);
    expect(proposed('FROM a\nONBUILD COPY --¦ a b')).toContain('--from=');
  });

  it('proposes the earlier stages', () => {
    const file = 'FROM a AS One\nFROM b AS two\nFROM ¦\nFROM c AS three\n';
    expect(proposed(file)).toEqual(expect.arrayContaining(['One', 'two', 'scratch']));
    expect(proposed(file)).not.toContain('three');
    expect(proposed('FROM a AS b\nFROM c\nCOPY --from=¦ x y')).toEqual(['b']);
    expect(proposed('FROM a AS b\nFROM c\nRUN --mount=type=bind,from=¦ x')).toEqual(['b']);
    expect(proposed('FROM a ¦')).toContain('AS');
  });

  it('proposes variables that are set at this point', () => {
    expect(proposed('ARG g=1\nFROM a\nARG v=1\nENV w=2\nRUN $¦\nENV later=1\n')).toEqual([
      'v',
      'w',
    ]);
    expect(proposed('ARG g=1\nFROM a:${¦')).toEqual(expect.arrayContaining(['g', 'TARGETARCH']));
    expect(proposed('FROM a AS b\nENV w=2\nFROM b\nRUN <<EOF\necho $¦\nEOF\n')).toEqual(['w']);
  });

  it('proposes paths of the build context', () => {
    expect(proposed('FROM a\nCOPY ¦')).toEqual(expect.arrayContaining(['src/', 'package.json']));
    expect(proposed('FROM a\nCOPY --link package.json src/¦ /x')).toEqual(['main.ts']);
    expect(proposed('FROM a\nCOPY --from=b ¦')).not.toContain('src/');
    expect(proposed('FROM a\nRUN --mount=type=bind,source=¦ x')).toContain('src/');
  });

  it('proposes the options of a mount that fit its type', () => {
    expect(proposed('FROM a\nRUN --mount=¦')).toContain('type=');
    expect(proposed('FROM a\nRUN --mount=type=¦')).toContain('cache');
    const cache = proposed('FROM a\nRUN --mount=type=cache,target=/x,¦ y');
    expect(cache).toEqual(expect.arrayContaining(['sharing=', 'id=']));
    expect(cache).not.toContain('target=');
    expect(cache).not.toContain('required');
    expect(proposed('FROM a\nRUN --mount=type=cache,sharing=¦')).toContain('locked');
  });

  it('proposes directives and checks at the top of the file', () => {
    expect(proposed('# ¦\nFROM a\n')).toContain('escape=`');
    expect(proposed('# syntax=x\n# check=skip=UndefinedVar,¦\nFROM a\n')).toContain(
      'StageNameCasing',
    );
    expect(proposed('FROM a\n# ¦\n')).toEqual([]);
  });

  it('replaces only what is being written', () => {
    const { model, offset } = atMark('FROM a\nCOPY --from=x --lin¦k a b\n');
    expect(model.tree.text.slice(proposalsAt(model, offset, () => [])[0]?.start, offset)).toBe(
      '--lin',
    );
  });
});
