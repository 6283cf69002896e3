import { describe, expect, it } from 'vitest';
import { atMark } from '../../test/support/marked-text.ts';
import { definitionAt, referencesAt, renameAt } from './symbols.ts';

/** The lines and texts of the references of the symbol at the mark. */
function references(marked: string): readonly string[] {
  const { model, offset } = atMark(marked);
  return referencesAt(model, offset, { withDeclarations: true }).map(
    ({ start, end }) => `${start.line}:${model.tree.text.slice(start.offset, end.offset)}`,
  );
}

function definition(marked: string): number | undefined {
  const { model, offset } = atMark(marked);
  return definitionAt(model, offset)?.start.line;
}

function renamed(marked: string, name: string): string {
  const { model, offset, text } = atMark(marked);
  const ranges = renameAt(model, offset, name);
  if (typeof ranges === 'string') return ranges;
  return [...ranges]
    .reverse()
    .reduce(
      (done, { start, end }) => done.slice(0, start.offset) + name + done.slice(end.offset),
      text,
    );
}

describe('a stage', () => {
  const FILE = `FROM a AS one
FROM one AS two
COPY --from=ONE /x /x
COPY --from=0 /x /x
RUN --mount=type=bind,from=one,target=/y true
FROM b AS one
COPY --from=o¦ne /z /z
`;

  it('is found in FROM, --from and mounts, by name and index', () => {
    expect(references(FILE.replace('¦', '').replace('FROM one', 'FROM o¦ne'))).toEqual([
      '1:one',
      '2:one',
      '3:ONE',
      '4:0',
      '5:one',
      '7:one',
    ]);
  });

  it('is no stage of its own, but the earlier one of the name', () => {
    expect(definition(FILE)).toBe(1);
    expect(definition('FROM a¦\nFROM b AS a\n')).toBeUndefined();
  });

  it('is renamed everywhere but where its index is', () => {
    expect(renamed('FROM a AS b¦\nFROM c\nCOPY --from=b x y\nCOPY --from=0 x y\n', 'new')).toBe(
      'FROM a AS new\nFROM c\nCOPY --from=new x y\nCOPY --from=0 x y\n',
    );
  });

  it.each([
    ['1x', '"1x" is not a valid name of a stage'],
    ['C', 'the name C is taken'],
    ['scratch', 'the name scratch is taken'],
    ['a', 'the name a is taken'],
  ])('is not renamed to %s', (name, reason) => {
    expect(renamed('FROM a AS b¦\nFROM b AS c\n', name)).toBe(reason);
  });
});

describe('a variable', () => {
  const FILE = `ARG V=1
FROM a:$V AS one
ARG V
RUN echo "$V" '\${V}' \\$V
ENV X=\${V:-2} Y='$V'
FROM one
RUN <<EOF
echo $V
EOF
FROM b
ARG V=3
RUN echo $V
`;

  it('is one with that before the first FROM where a stage declares it without a value', () => {
    const all = ['1:V', '2:V', '3:V', '4:V', '4:V', '5:V', '8:V'];
    expect(references(FILE.replace('ARG V=1', 'ARG V¦=1'))).toEqual(all);
    expect(references(FILE.replace('echo $V\nEOF', 'echo $V¦\nEOF'))).toEqual(all);
    expect(references(FILE.replace('ARG V=3', 'ARG V¦=3'))).toEqual(['11:V', '12:V']);
  });

  it('is defined by the last declaration before its use, also of a base', () => {
    expect(definition('FROM a\nARG v=1\nENV v=$v\nRUN $v¦\nENV v=3\n')).toBe(3);
    expect(definition('FROM a\nARG v=1\nENV v=$v¦\n')).toBe(2);
    expect(definition('FROM a AS b\nARG v=1\nFROM b\nRUN $v¦\n')).toBe(2);
    expect(definition('ARG v=1\nFROM a\nARG v¦\n')).toBe(1);
    expect(definition('FROM a\nRUN $v¦\n')).toBeUndefined();
  });

  it('is not that of a shell that sets it itself', () => {
    expect(
      references('FROM a\nARG v¦=1\nRUN v=2; echo $v\nRUN for v in a; do $v; done\nRUN $v\n'),
    ).toEqual(['2:v', '5:v']);
  });

  it('is renamed in its scopes', () => {
    expect(renamed('ARG v=1\nFROM a:$¦v\nARG v\nRUN $v\nFROM b\nARG v=2\n', 'new')).toBe(
      'ARG new=1\nFROM a:$new\nARG new\nRUN $new\nFROM b\nARG v=2\n',
    );
    expect(renamed('FROM a\nARG v¦\nENV w=1\n', 'w')).toBe('the name w is used in the same stage');
    expect(renamed('FROM a\nARG v¦\n', 'a-b')).toBe('"a-b" is not a valid name of a variable');
    expect(renamed('FROM a\nRUN echo $HOME¦\n', 'x')).toMatch(/^there is no stage/);
  });

  it('uses the escape character of the file', () => {
    expect(references('# escape=`\nFROM a\nARG v¦=1\nENV a=\\$v b=`$v c=$v\n')).toEqual([
      '3:v',
      '4:v',
      '4:v',
    ]);
  });
});
