import { describe, expect, it } from 'vitest';
import { AppError, type InstructionPart, StepError } from '../errors.ts';
import { located } from './located.ts';

const TEXT = 'RUN --mount=source=a,target=/a true';

function at(start: number, end: number) {
  const position = (offset: number) => ({ line: 1, column: offset + 1, offset });
  return { file: 'Dockerfile', text: TEXT, range: { start: position(start), end: position(end) } };
}

const LOCATIONS = {
  instruction: at(0, TEXT.length),
  'mount:0': at(12, 30),
  'mount:0.target': at(21, 30),
};

describe('a failure of a step', () => {
  it.each<[InstructionPart | undefined, keyof typeof LOCATIONS]>([
    ['mount:0.target', 'mount:0.target'],
    ['mount:0.source', 'mount:0'],
    ['mount:1.source', 'instruction'],
    ['user', 'instruction'],
    [undefined, 'instruction'],
  ])('about %s has the location %s', (part, where) => {
    const { location } = located(new AppError('USER_UNKNOWN', 'wrong', { part }), LOCATIONS);
    expect(location).toBe(LOCATIONS[where]);
  });

  it('keeps the location that it has', () => {
    const error = new AppError('USER_UNKNOWN', 'wrong', { part: 'mount:0', location: at(1, 2) });
    expect(located(error, LOCATIONS)).toBe(error);
  });

  it('stays as it is where there is no text', () => {
    const error = new AppError('USER_UNKNOWN', 'wrong', { part: 'mount:0' });
    expect(located(error, {})).toBe(error);
  });

  it('stays of its class, with its trace', () => {
    const failure = { exitCode: 1, signal: undefined, outputTail: [], instruction: TEXT };
    const error = new StepError('it failed', failure, { hint: 'look', details: { a: 1 } });
    const { location, ...rest } = located(error, LOCATIONS);
    expect(location).toBe(LOCATIONS.instruction);
    expect(rest).toMatchObject({ hint: 'look', details: { a: 1 }, failure });
    expect(located(error, LOCATIONS)).toBeInstanceOf(StepError);
    expect(located(error, LOCATIONS).stack).toBe(error.stack);
  });
});
