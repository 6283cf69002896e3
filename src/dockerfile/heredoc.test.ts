import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, one, textAt, tree } from '../../test/support/dockerfiles.ts';
import { expandHeredoc } from './expand/expand-word.ts';
import { parseHeredocToken, stripLeadingTabs } from './heredoc.ts';
import { shellScript } from './instructions/run.ts';

describe('a token', () => {
  test.each([
    ['<<EOF', { name: 'EOF', fd: 0, expand: true, stripTabs: false }],
    ['<<-EOF', { name: 'EOF', fd: 0, expand: true, stripTabs: true }],
    ['3<<EOF', { name: 'EOF', fd: 3, expand: true, stripTabs: false }],
    ['<< EOF', { name: 'EOF', fd: 0, expand: true, stripTabs: false }],
    ['<<"EOF"', { name: 'EOF', fd: 0, expand: false, stripTabs: false }],
    ["<<'E O'", { name: 'E O', fd: 0, expand: false, stripTabs: false }],
    ['<<E"O"F', { name: 'EOF', fd: 0, expand: false, stripTabs: false }],
    ['<<\\EOF', { name: 'EOF', fd: 0, expand: true, stripTabs: false }],
    ['<<$A', { name: '$A', fd: 0, expand: true, stripTabs: false }],
    ['<<<EOF', undefined],
    ['<<', undefined],
    ['<<-', undefined],
    ['<<""', undefined],
    ['<<a b', undefined],
    ['a<<EOF', undefined],
    ['EOF', undefined],
    ['<<"EOF', undefined],
  ])('%j', (text, expected) => {
    expect(parseHeredocToken(text)).toEqual(expected);
  });
});

describe('bodies', () => {
  function bodiesOf(text: string): [string, string][] {
    return tree(text).instructions.flatMap(({ heredocs }) =>
      heredocs.map(({ name, body }): [string, string] => [name, body]),
    );
  }

  test.each([
    ['of RUN', 'RUN <<A\nx\n y\nA\n', [['A', 'x\n y\n']]],
    ['without lines', 'RUN <<A\nA', [['A', '']]],
    [
      'several, in order',
      'COPY <<A <<B /x/\n1\nA\n2\nB',
      [
        ['A', '1\n'],
        ['B', '2\n'],
      ],
    ],
    [
      'with the same name',
      'COPY <<A <<A /x/\n1\nA\n2\nA',
      [
        ['A', '1\n'],
        ['A', '2\n'],
      ],
    ],
    ['of ADD', 'ADD <<A /x\n1\nA', [['A', '1\n']]],
    ['behind flags', 'RUN --network=none <<A\n1\nA', [['A', '1\n']]],
    ['behind a continuation', 'RUN cat \\\n <<A\n1\nA', [['A', '1\n']]],
    ['of a trigger', 'ONBUILD RUN <<A\n1\nA', [['A', '1\n']]],
    ['with tabs before the end', 'RUN <<-A\n\t1\n\t\tA', [['A', '\t1\n']]],
    ['blanks do not end it', 'RUN <<A\n A\nA \n\tA\nA', [['A', ' A\nA \n\tA\n']]],
    ['Windows line ends', 'RUN <<A\r\n1\r\nA\r\nRUN b', [['A', '1\r\n']]],
    ['comments and blank lines are content', 'RUN <<A\n# x\n\n\\\nA', [['A', '# x\n\n\\\n']]],
    ['a quoted name', 'RUN <<"A B"\n1\nA B', [['A B', '1\n']]],
    ['a numbered descriptor', 'RUN 3<<A cat\n1\nA', [['A', '1\n']]],
    ['not of CMD', 'CMD <<A\nRUN b', []],
    ['not of the JSON form', 'RUN ["<<A"]\nRUN b', []],
    ['not of a trigger in JSON form', 'ONBUILD RUN ["<<A"]\nRUN b', []],
    ['not of arithmetic', 'RUN echo $((1<<2))\nRUN b', []],
    ['not inside quotes', 'RUN echo "<<A"\nRUN b', []],
    ['not of a here-string', 'RUN cat <<<A\nRUN b', []],
    ['not on a line with an open quote', "RUN echo it's <<A\nRUN b", []],
  ])('%s', (_, text, expected) => {
    expect(bodiesOf(text)).toEqual(expected);
  });

  test('that never end are refused', () => {
    for (const text of ['RUN <<A\n A', 'RUN <<A\nA ', 'COPY <<A /x', 'RUN <<A']) {
      expect(failure(() => tree(text))).toEqual({
        code: 'DOCKERFILE_UNTERMINATED_HEREDOC',
        underlined: '<<A',
      });
    }
  });

  test('without a terminator report the line that almost terminates them', () => {
    for (const text of ['RUN <<EOF\nx\n EOF\nRUN y', 'RUN <<EOF\nx\nEOF \n']) {
      expect(() => tree(text)).toThrow(
        expect.objectContaining({ hint: expect.stringMatching(/^line \d does not close it/) }),
      );
    }
  });

  test('have source ranges', () => {
    const [node] = tree('RUN cat <<A\n1\nA\nRUN b').instructions;
    const [heredoc] = node?.heredocs ?? [];
    expect(heredoc?.bodyRange).toEqual({
      start: { line: 2, column: 1, offset: 12 },
      end: { line: 3, column: 1, offset: 14 },
    });
    expect(node?.range.end).toEqual({ line: 3, column: 2, offset: 15 });
  });

  test('are found again in any order of names and bodies', () => {
    const name = fc.constantFrom('A', 'B', 'EOF', 'x.sh');
    const line = fc.stringMatching(/^[ \ta-z#"'\\$]{0,8}$/).filter((text) => text !== 'x.sh');
    const part = fc.record({ name, lines: fc.array(line, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const tokens = parts.map((each) => `<<${each.name}`).join(' ');
        const bodies = parts.map((each) => [...each.lines, each.name].join('\n')).join('\n');
        const expected = parts.map((each): [string, string] => [
          each.name,
          each.lines.map((text) => `${text}\n`).join(''),
        ]);
        expect(bodiesOf(`COPY ${tokens} /x/\n${bodies}\nRUN true`)).toEqual(expected);
      }),
    );
  });
});

describe('files of COPY and ADD', () => {
  test('take their content from the bodies', () => {
    const text = 'COPY a <<A <<-"B" /x/\n$v\nA\n\t\t$v\n\t\tw\n\tB';
    const { sources, files, destination } = one('copy', text);
    expect(sources.map((word) => word.text)).toEqual(['a']);
    expect(destination.text).toBe('/x/');
    expect(files).toMatchObject([
      { name: 'A', content: '$v\n', expand: true },
      { name: 'B', content: '$v\nw\n', expand: false },
    ]);
  });

  test('cannot be the destination', () => {
    expect(failure(() => one('copy', 'COPY a <<A\n1\nA'))).toEqual({
      code: 'DOCKERFILE_HEREDOC_DESTINATION',
      underlined: '<<A',
    });
  });

  test('expand variables and escapes and leave quotes alone', () => {
    const lookup = (name: string) => (name === 'v' ? '1' : undefined);
    const body = `"$v" '$v' \\$v \${v:-x} it's $u\n`;
    expect(expandHeredoc(body, { lookup, escape: '`' }).text).toBe(`"1" '1' $v 1 it's \n`);
  });
});

describe('scripts of RUN', () => {
  test.each([
    ['RUN echo a', { kind: 'text', text: 'echo a' }],
    ['RUN <<A\necho a\nA', { kind: 'text', text: 'echo a\n' }],
    ['RUN <<-A\n\techo a\n\tA', { kind: 'text', text: 'echo a\n' }],
    ['RUN <<A\n#!/bin/sh\na\nA', { kind: 'file', name: 'A', content: '#!/bin/sh\na\n' }],
    ['RUN <<-A\n\t#!/bin/sh\n\tA', { kind: 'file', name: 'A', content: '#!/bin/sh\n' }],
    ['RUN <<A cat > x\n1\nA', { kind: 'text', text: '<<A cat > x\n1\nA' }],
    ['RUN cat <<A <<-B\n1\nA\n\t2\n\tB', { kind: 'text', text: 'cat <<A <<-B\n1\nA\n\t2\nB' }],
  ])('%j', (text, expected) => {
    expect(shellScript(one('run', text))).toEqual(expected);
  });
});

test('tabs are stripped at the start of lines only', () => {
  expect(stripLeadingTabs('\t\ta\tb\n \tc\n\td\r\te\u2028\tf')).toBe('a\tb\n \tc\nd\r\te\u2028\tf');
});

test('the location of an instruction covers its here-documents', () => {
  expect(textAt(one('run', 'RUN <<A\n1\nA\n').location)).toBe('RUN <<A\n1\nA');
});
