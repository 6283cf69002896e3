import { describe, expect, it } from 'vitest';
import { parseDockerfile, parseInstructions, sliceOf } from '../dockerfile/index.ts';
import {
  countOption,
  hasOption,
  hasSequence,
  operandsOf,
  parseShell,
  scriptOf,
  valuesOf,
} from './index.ts';

const namesIn = (text: string) => parseShell(text).commands.map(({ name }) => name);

describe('a script', () => {
  it.each([
    ['a && b || c; d | e &', ['a', 'b', 'c', 'd', 'e']],
    ['(a; b) && { c; }', ['a', 'b', 'c']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for i in x y; do a "$i"; done', ['a']],
    ['while a; do b; done < f', ['a', 'b']],
    ['case "$X" in y) a;; *) b;; esac', ['a', 'b']],
    ['f() { a; }; f', ['a', 'f']],
    ['a "$(b | c)" `d`', ['a', 'b', 'c', 'd']],
    ['cat <<E\n$(a)\nE\nb', ['cat', 'a', 'b']],
    ['a # b', ['a']],
    ["echo 'a; b'", ['echo']],
    ['command a; exec b; busybox c; command -v d', ['a', 'b', 'c', 'command']],
    ['X=1 a', ['a']],
    ['X=$(a)', ['', 'a']],
    ['if a; then b', ['a', 'b']],
    ['', []],
  ])('has the commands of %s', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('knows words without their quotes, and what is in variables', () => {
    const [command] = parseShell(`a 'b c' "d $E" f\\ g *.h \${I:-j} k=l`).commands;
    expect(command?.words.map(({ value, isLiteral }) => [value, isLiteral])).toEqual([
      ['b c', true],
      [`d \${E}`, false],
      ['f g', true],
      ['*.h', false],
      [`\${I:-j}`, false],
      ['k=l', true],
    ]);
  });

  it('tells commands that always run from nested ones', () => {
    const { commands } = parseShell('a && b | c; (d); if e; then f; fi; g $(h)');
    const top = commands.filter(({ isTopLevel }) => isTopLevel).map(({ name }) => name);
    expect(top).toEqual(['a', 'b', 'c', 'g']);
  });

  it('has its pipes, assignments and redirects', () => {
    const { commands, pipes } = parseShell('A=1 b | c > /d 2>&1');
    expect(pipes).toEqual([{ start: 0, end: 19 }]);
    expect(commands[0]?.assignments).toMatchObject([{ name: 'A', value: '1' }]);
    expect(commands[1]?.redirects).toMatchObject([
      { operator: '>', target: '/d' },
      { operator: '>&', target: '1' },
    ]);
  });

  it('survives hostile text', () => {
    const deep = '$('.repeat(5000);
    for (const text of [deep, '('.repeat(5000), '{ '.repeat(5000), '"'.repeat(9999), '\0<<\n']) {
      expect(() => parseShell(text)).not.toThrow();
    }
    expect(parseShell('a'.repeat(1_000_001)).commands).toEqual([]);
  });

  it('says whether it is well formed', () => {
    expect(parseShell('a && b').isWellFormed).toBe(true);
    expect(parseShell('echo "a').isWellFormed).toBe(false);
  });
});

describe('options of a command', () => {
  const command = (text: string) => {
    const [first] = parseShell(text).commands;
    if (first === undefined) throw new Error('no command');
    return first;
  };

  it('are long or short, with values or without', () => {
    expect(hasOption(command('a -yq'), 'q')).toBe(true);
    expect(hasOption(command('a --yes=1'), 'yes')).toBe(true);
    expect(hasOption(command('a -- y'), 'y')).toBe(false);
    expect(countOption(command('a -q -qv'), 'q')).toBe(2);
    expect(valuesOf(command('a -u 1 -u 2'), 'u').map(({ value }) => value)).toEqual(['1', '2']);
  });

  it('are apart from operands', () => {
    const valued = new Set(['t', 'target']);
    const operands = operandsOf(command('a -t b c --target=d e --target f -y g'), valued);
    expect(operands.map(({ value }) => value)).toEqual(['c', 'e', 'g']);
  });

  it('can follow each other', () => {
    expect(hasSequence(command('python -m pip install a'), '-m', 'pip', 'install')).toBe(true);
    expect(hasSequence(command('python -m x pip install'), '-m', 'pip')).toBe(false);
  });
});

/** Name of each command, and the source of its first argument. */
function located(text: string): readonly string[] {
  const tree = parseDockerfile(text, { file: 'Dockerfile' });
  return parseInstructions(tree).instructions.flatMap((run) => {
    if (run.kind !== 'run') return [];
    const { commands, rangeOf } = scriptOf(run, tree.source);
    return commands.map(({ name, words: [word] }) => {
      return `${name} ${word === undefined ? '' : sliceOf(text, rangeOf(word))}`;
    });
  });
}

describe('the script of a RUN', () => {
  it.each([
    ['RUN a b && c d', ['a b', 'c d']],
    ['RUN --mount=type=tmpfs,target=/t a b', ['a b']],
    ['RUN a b \\\n  # comment\n  && \\\n\n  c d', ['a b', 'c d']],
    ['RUN a "x \\\ny" && c d', ['a "x \\\ny"', 'c d']],
    ['RUN <<E\na b\nc d\nE\n', ['a b', 'c d']],
    ['RUN <<-E\n\ta b\n\t\tc d\n\tE\n', ['a b', 'c d']],
    ['RUN <<E\n#!/bin/bash\na b\nE\n', ['a b']],
    ['RUN <<E\n#!/usr/bin/env python3\nimport os\nE\n', []],
    ['RUN sh <<E && c d\na b\nE\n', ['sh ', 'c d']],
    ['RUN cat <<E > /x\n$(a b)\nE\n', ['cat ', 'a b']],
    ['RUN ["a", "b"]', ['a "b"']],
    ['RUN []', []],
  ])('has its places in %s', (run, expected) => {
    expect(located(`FROM scratch\n${run}`)).toEqual(expected);
  });

  it('has them behind another escape character', () => {
    expect(located('# escape=`\nFROM scratch\nRUN a b && `\n c d')).toEqual(['a b', 'c d']);
  });
});
