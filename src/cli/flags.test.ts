import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { type FlagTable, parseFlags } from './flags.ts';

const table = {
  tag: { kind: 'list', short: 't', value: 'name', help: '' },
  file: { kind: 'text', short: 'f', help: '' },
  interactive: { kind: 'switch', short: 'i', help: '' },
  tty: { kind: 'switch', short: 'y', help: '' },
  rm: { kind: 'switch', help: '' },
  jobs: { kind: 'number', short: 'j', help: '' },
  progress: { kind: 'text', choices: ['plain', 'tty'], help: '' },
  sbom: { kind: 'text', bare: 'true', notYet: 'remove the option', help: '' },
  push: { kind: 'switch', notYet: 'use an archive', help: '' },
  restart: { kind: 'text', notYet: 'start it again', neutral: 'no', help: '' },
  human: { kind: 'text', short: 'H', bare: 'true', help: '' },
} as const satisfies FlagTable;

const parse = (argv: string[], interspersed = true) =>
  parseFlags(table, argv, { command: 'lamina build', interspersed });

function errorOf(argv: string[]): AppError {
  try {
    parse(argv);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseFlags', () => {
  it.each([
    [['-t', 'a']],
    [['-ta']],
    [['-t=a']],
    [['--tag=a']],
    [['--tag', 'a']],
    [['-it', 'a']],
    [['-ita']],
  ])('reads %j as the tag a', (argv) => {
    expect(parse(argv).flags.tag).toEqual(['a']);
  });

  it('collects a list in order, and keeps the last of a repeated text', () => {
    const { flags } = parse(['-t', 'a', '-f', 'x', '--tag', 'b', '-f', 'y']);
    expect(flags).toMatchObject({ tag: ['a', 'b'], file: 'y' });
  });

  it.each([
    [['--rm'], true],
    [['--rm=true'], true],
    [['--rm=1'], true],
    [['--rm=false'], false],
    [['--rm', '--rm=F'], false],
    [[], false],
  ])('reads the switch in %j as %j', (argv, expected) => {
    expect(parse(argv).flags.rm).toBe(expected);
  });

  it('does not take the next word for the value of a switch', () => {
    expect(parse(['--rm', 'false'])).toMatchObject({ flags: { rm: true }, args: ['false'] });
  });

  it('reads combined short switches', () => {
    expect(parse(['-iy']).flags).toMatchObject({ interactive: true, tty: true });
  });

  it('takes whatever follows as a value, even if it looks like a flag', () => {
    expect(parse(['-f', '-']).flags.file).toBe('-');
    expect(parse(['--file', '--rm'])).toMatchObject({ flags: { file: '--rm', rm: false } });
  });

  it('takes an empty value', () => {
    expect(parse(['--file=']).flags.file).toBe('');
    expect(parse(['-f', '']).flags.file).toBe('');
  });

  it('takes a lone dash for an argument, and everything after -- too', () => {
    expect(parse(['-', '--', '-t', '--rm'])).toMatchObject({
      args: ['-', '-t', '--rm'],
      flags: { tag: [], rm: false },
    });
  });

  it('takes flags among the arguments only when asked to', () => {
    expect(parse(['.', '--rm'])).toMatchObject({ args: ['.'], flags: { rm: true } });
    expect(parse(['--rm', 'image', 'ls', '-f', 'x'], false)).toMatchObject({
      args: ['image', 'ls', '-f', 'x'],
      flags: { rm: true, file: undefined },
    });
  });

  it('gives a flag with an optional value that value only behind =', () => {
    expect(parse(['-H', 'x'])).toMatchObject({ flags: { human: 'true' }, args: ['x'] });
    expect(parse(['--human=false']).flags.human).toBe('false');
    expect(parse(['-H=false']).flags.human).toBe('false');
  });

  it.each([[['--help']], [['-h']], [['-ih']], [['.', '--help', '--unknown']]])(
    'sees that %j asks for help',
    (argv) => {
      expect(parse(argv).help).toBe(true);
    },
  );

  it('suggests the nearest flag for an unknown one', () => {
    expect(errorOf(['--taag', 'x'])).toMatchObject({
      code: 'CLI_UNKNOWN_FLAG',
      message: 'unknown flag --taag',
      hint: 'did you mean --tag?',
    });
    expect(errorOf(['-ix'])).toMatchObject({
      code: 'CLI_UNKNOWN_FLAG',
      message: 'unknown flag -x in "-ix"',
      hint: "see 'lamina build --help'",
    });
    expect(errorOf(['--toString']).code).toBe('CLI_UNKNOWN_FLAG');
  });

  it.each([
    [['--file'], 'flag needs a value: --file'],
    [['-t'], 'flag needs a value: -t'],
    [['--rm=perhaps'], 'invalid value "perhaps" for --rm'],
    [['-j', 'two'], 'invalid value "two" for -j'],
    [['--progress=plan'], 'invalid value "plan" for --progress'],
  ])('refuses %j', (argv, message) => {
    expect(errorOf(argv)).toMatchObject({ code: 'CLI_FLAG_VALUE', message });
  });

  it('refuses what is not supported yet, unless it is switched off', () => {
    expect(errorOf(['--push'])).toMatchObject({ code: 'CLI_NOT_YET', hint: 'use an archive' });
    expect(errorOf(['--sbom'])).toMatchObject({ code: 'CLI_NOT_YET' });
    expect(parse(['--push=false', '--sbom=false']).flags.push).toBe(false);
    expect(errorOf(['--restart=always'])).toMatchObject({ code: 'CLI_NOT_YET' });
    expect(parse(['--restart=no']).flags.restart).toBe('no');
  });
});
