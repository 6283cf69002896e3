import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import {
  evaluate,
  parseHcl,
  parseHclJson,
  type Scope,
  standardFunctions,
  toJson,
  type Value,
} from './index.ts';

const scopeOf = (variables: Readonly<Record<string, Value>>): Scope => ({
  variable: (name) => variables[name],
  function: (name) => standardFunctions.get(name),
  variableNames: () => Object.keys(variables),
  functionNames: () => [...standardFunctions.keys()],
});

/** The value of an expression as JSON has it. */
function value(expression: string, variables: Readonly<Record<string, Value>> = {}): unknown {
  const [attribute] = parseHcl(`x = ${expression}\n`, 'test.hcl').attributes;
  if (attribute === undefined) throw new Error('no attribute');
  return toJson(evaluate(attribute.value, scopeOf(variables)));
}

/** What is wrong with an expression, and the text that is underlined. */
function fault(expression: string, variables: Readonly<Record<string, Value>> = {}) {
  try {
    value(expression, variables);
  } catch (error) {
    if (!(error instanceof AppError) || error.location === undefined) throw error;
    const { text, range } = error.location;
    return [error.code, error.message, text.slice(range.start.offset, range.end.offset)];
  }
  throw new Error('no error');
}

describe('expressions of HCL', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * -3', -9],
    ['7 % 4 == 3 && !false', true],
    ['true ? "a" : 1', 'a'],
    ['false ? "a" : 1', '1'],
    ['"1" == 1', false],
    ['"${1}${true}"', '1true'],
    ['"$${x} %%{y}"', '${x} %{y}'],
    [String.raw`"\u0041\t\"\\"`, 'A\t"\\'],
    ['[1, [2], { a = 3, "b" : 4, (upper("c")) = 5 }]', [1, [2], { a: 3, b: 4, C: 5 }]],
    ['[for k, v in { b = 2, a = 1 } : "${k}${v}"]', ['a1', 'b2']],
    ['{ for v in ["x", "y"] : v => upper(v) if v != "x" }', { y: 'Y' }],
    ['[{ a = 1 }, { a = 2 }].*.a', [1, 2]],
    ['{ a = [1] }[*].a[0]', [1]],
    ['max([1, 3, 2]...)', 3],
    ['"%{ for x in [1, 2] }<${x}>%{ endfor }"', '<1><2>'],
    ['"a ${~ "b" ~} c"', 'abc'],
    ['<<-X\n    one\n      two\n    X', 'one\n  two\n'],
    ['try(nothing.at.all, "else")', 'else'],
    ['can(regex("^a", "b"))', false],
    ['convert(["a", "a"], set(string))', ['a']],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it('reads line ends inside brackets as blanks, and ends an attribute at others', () => {
    const { attributes } = parseHcl(
      'a = [\n1,\n2\n]\nb = (\n1\n+ 2)\nc = {\n x = 1\n y = 2, z = 3 }\n',
      'f',
    );
    expect(
      attributes.map(({ name, value: of }) => [name, toJson(evaluate(of, scopeOf({})))]),
    ).toEqual([
      ['a', [1, 2]],
      ['b', 3],
      ['c', { x: 1, y: 2, z: 3 }],
    ]);
  });

  it('underlines what is wrong', () => {
    expect(fault('1 + nothing')).toEqual([
      'HCL_VALUE',
      "there is no variable 'nothing'",
      'nothing',
    ]);
    expect(fault('1 + "a"')).toEqual(['HCL_VALUE', "a number is required, not 'a'", '1 + "a"']);
    expect(fault('[1][3]')).toEqual([
      'HCL_VALUE',
      'there is no element 3: the list has 1',
      '[1][3]',
    ]);
    expect(fault('uper("x")')).toEqual(['HCL_VALUE', "there is no function 'uper'", 'uper("x")']);
    expect(fault('"a${[1]}"')).toEqual(['HCL_VALUE', 'a list cannot be part of a string', '[1]']);
    expect(fault('"abc')).toEqual(['HCL_SYNTAX', 'the string is not closed', '"abc']);
    expect(fault('[1 2]')).toEqual(['HCL_SYNTAX', "unexpected '2' in a list", '2']);
    expect(fault('"%{ if true }x"')).toEqual(['HCL_SYNTAX', 'the directive is not closed', '%{']);
  });

  it('refuses nesting that would exhaust the stack', () => {
    expect(fault(`${'['.repeat(100_000)}`)[1]).toBe('expressions are nested too deeply');
    expect(fault(`${'-'.repeat(100_000)}1`)[1]).toBe('expressions are nested too deeply');
  });
});

describe('the JSON syntax', () => {
  it('has the same blocks and attributes, whose strings are templates', () => {
    const text = '{"a": "${1 + 1}", "t": {"x": {"b": ["${v}", 3, null]}}}';
    const { attributes, blocks } = parseHclJson(text, 'f.json', { t: { labels: 1 } });
    const values = [...attributes, ...(blocks[0]?.body.attributes ?? [])].map(
      ({ name, value: of }) => [name, toJson(evaluate(of, scopeOf({ v: 'w' })))],
    );
    expect(blocks[0]?.labels).toEqual(['x']);
    expect(values).toEqual([
      ['a', 2],
      ['b', ['w', 3, null]],
    ]);
  });

  it.each(['{"t": {"a": 1,\n }}', '{"t": ["x", ]}', '{"a": ",}",}'])(
    'underlines the comma after the last member: %s',
    (text) => {
      const offset = text.lastIndexOf(',');
      expect(() => parseHclJson(text, 'f.json', {})).toThrow(
        expect.objectContaining({
          code: 'HCL_SYNTAX',
          location: expect.objectContaining({
            range: expect.objectContaining({ start: expect.objectContaining({ offset }) }),
          }),
        }),
      );
    },
  );

  it('refuses what YAML allows and JSON does not', () => {
    expect(() => parseHclJson('{a: 1}', 'f.json', {})).toThrow(
      expect.objectContaining({ code: 'HCL_SYNTAX' }),
    );
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '"',
      '${',
      '}',
      '%{',
      'if',
      'for x in',
      'endif',
      '[',
      ']',
      '{',
      '(',
      ')',
      '=',
      '=>',
      ':',
      ',',
    ],
    ...[
      'a',
      '1',
      '.',
      '*',
      '\n',
      '<<-X\n',
      'X',
      '!',
      '-',
      '?',
      '...',
      '\\u',
      '/*',
      '#',
      ' ',
      '\u{1f600}',
    ],
  );

  it('is parsed, or refused with its place', () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
        (text) => {
          try {
            parseHcl(text, 'f.hcl');
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect(error).toMatchObject({ code: 'HCL_SYNTAX', location: { file: 'f.hcl' } });
          }
        },
      ),
    );
  });
});
