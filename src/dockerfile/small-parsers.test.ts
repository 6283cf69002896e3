import { describe, expect, test } from 'vitest';
import { nearestName } from '../nearest-name.ts';
import { parseCheckConfig, skipsRule } from './check-config.ts';
import { splitCsv } from './csv.ts';
import { detectSyntax } from './directives.ts';
import { parseDuration } from './duration.ts';

describe('the nearest name', () => {
  test.each([
    ['FORM', ['FROM', 'RUN'], 'FROM'],
    ['form', ['FROM', 'RUN'], 'FROM'],
    ['biuld', ['build', 'built'], 'build'],
    ['xyz', ['FROM', 'RUN'], undefined],
    ['ab', ['cd'], undefined],
    ['a', ['b'], undefined],
    ['from', ['FROM', 'FORM'], undefined],
    ['', ['FROM'], undefined],
  ])('of %j among %j is %j', (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
  });

  test('may depend on case', () => {
    expect(nearestName('CHOWN', ['chown'], { caseSensitive: true })).toBeUndefined();
  });
});

describe('durations', () => {
  test.each([
    ['0', 0],
    ['30s', 30e9],
    ['1h2m3.5s', 3723.5e9],
    ['.5s', 5e8],
    ['1.s', 1e9],
    ['100ms', 1e8],
    ['1us', 1e3],
    ['1µs', 1e3],
    ['1μs', 1e3],
    ['7ns', 7],
    ['-1s', -1e9],
    ['+1s', 1e9],
    ['', undefined],
    ['-', undefined],
    ['1', undefined],
    ['s', undefined],
    ['1 s', undefined],
    ['1d', undefined],
    ['.s', undefined],
    ['9999999h', undefined],
  ])('%j is %j', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('comma-separated fields', () => {
  test.each([
    ['a=b,c', ['a=b', 'c']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['""', ['']],
  ])('%j', (text, expected) => {
    const fields = splitCsv(text);
    expect('reason' in fields ? fields : fields.map((field) => field.text)).toEqual(expected);
  });

  test.each(['', 'a"b', '"a', '"a"b'])('%j is refused', (text) => {
    expect(splitCsv(text)).toHaveProperty('reason');
  });
});

describe('check settings', () => {
  test('name rules', () => {
    const config = parseCheckConfig('skip=A, B;error=true;experimental=all');
    expect(config).toEqual({
      skip: ['A', 'B'],
      skipAll: false,
      experimental: [],
      experimentalAll: true,
      error: true,
    });
    if (typeof config === 'string') throw new Error(config);
    expect([skipsRule(config, 'A'), skipsRule(config, 'a'), skipsRule(undefined, 'A')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(['skip', 'error=maybe', 'other=1', 'skip=A;error=1;x=2;y=3'])(
    '%j is refused',
    (text) => {
      expect(parseCheckConfig(text)).toBeTypeOf('string');
    },
  );
});

describe('the syntax of a file', () => {
  test.each([
    ['# syntax=a/b:1\nFROM x', 'a/b:1'],
    ['\ufeff#syntax = a/b rest\n', 'a/b'],
    ['#!/bin/x\n# escape=`\n# syntax=a\n', 'a'],
    ['// syntax=a\nmodule x', 'a'],
    ['{"syntax": "a", "x": 1}', 'a'],
    ['FROM x\n# syntax=a', undefined],
    ['  # syntax=a', undefined],
    ['{"syntax": 1}', undefined],
    ['{', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(detectSyntax(text)?.reference).toBe(expected);
  });
});
