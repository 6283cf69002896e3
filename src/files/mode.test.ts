import { describe, expect, it } from 'vitest';
import { applyMode, parseMode } from './mode.ts';

const FILE = false;
const DIRECTORY = true;

const cases: readonly (readonly [
  text: string,
  before: number,
  directory: boolean,
  after: number,
])[] = [
  ['0', 0o755, FILE, 0],
  ['644', 0o777, FILE, 0o644],
  ['0755', 0o600, DIRECTORY, 0o755],
  ['7777', 0, FILE, 0o7777],
  ['+x', 0o644, FILE, 0o755],
  ['-x', 0o755, FILE, 0o644],
  ['a+r', 0o200, FILE, 0o644],
  ['u+x', 0o644, FILE, 0o744],
  ['go-rwx', 0o777, FILE, 0o700],
  ['go=', 0o777, FILE, 0o700],
  ['u=rw,go=r', 0o777, FILE, 0o644],
  ['u=rwX,go=rX', 0o600, FILE, 0o644],
  ['u=rwX,go=rX', 0o700, FILE, 0o755],
  ['u=rwX,go=rX', 0o600, DIRECTORY, 0o755],
  ['+X', 0o644, FILE, 0o644],
  ['+X', 0o654, FILE, 0o755],
  ['-X', 0o777, FILE, 0o666],
  ['a=,u+X', 0o100, FILE, 0o100],
  ['g=u', 0o740, FILE, 0o770],
  ['o=g', 0o752, FILE, 0o755],
  ['g+u', 0o720, FILE, 0o770],
  ['o-u', 0o757, FILE, 0o750],
  ['u+s', 0o755, FILE, 0o4755],
  ['g+s', 0o755, DIRECTORY, 0o2755],
  ['+s', 0o755, FILE, 0o6755],
  ['o+s', 0o755, FILE, 0o755],
  ['+t', 0o777, DIRECTORY, 0o1777],
  ['-t', 0o1777, DIRECTORY, 0o777],
  ['u=rwx', 0o4755, FILE, 0o755],
  ['=rx', 0o4777, FILE, 0o555],
  ['=r', 0o1777, DIRECTORY, 0o1444],
  ['u+x-w', 0o644, FILE, 0o544],
  ['u=rw-w', 0, FILE, 0o400],
];

describe('applyMode', () => {
  it.each(cases)('%s on %o (directory: %j) gives %o', (text, before, directory, after) => {
    expect(applyMode(parseMode(text), before, directory).toString(8)).toBe(after.toString(8));
  });
});

describe('parseMode', () => {
  it.each(['', '8', '778', '10000', '0x1', '-1', 'rwx', 'u', 'z+x', 'u+q', 'u=r,', ',', '+x '])(
    'rejects %j',
    (text) => {
      expect(() => parseMode(text)).toThrowError(/invalid mode/);
    },
  );
});
