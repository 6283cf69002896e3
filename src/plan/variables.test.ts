import { expect, test } from 'vitest';
import { ConfigEnv, Variables } from './variables.ts';

test('a variable moves to the end when it is set again', () => {
  const variables = Variables.none().setAll(['A=1', 'B=2', 'A=3', 'C']).set('B', '4=5');
  expect(variables.toArray()).toEqual(['A=3', 'C=', 'B=4=5']);
  expect(['A', 'B', 'C', 'D'].map((name) => variables.lookup(name))).toEqual([
    '3',
    '4=5',
    '',
    undefined,
  ]);
});

test('two states that come from one do not see what the other has', () => {
  const one = Variables.none().set('A', '1');
  const two = one.set('A', '2').set('B', '2');
  const three = one.set('B', '3');
  const four = two.set('C', '4');
  expect([one, two, three, four].map((state) => state.toArray().join(' '))).toEqual([
    'A=1',
    'A=2 B=2',
    'A=1 B=3',
    'A=2 B=2 C=4',
  ]);
  expect([one, two, three, four].map((state) => state.lookup('B'))).toEqual([
    undefined,
    '2',
    '3',
    '2',
  ]);
  expect(Variables.none().toArray()).toEqual([]);
});

test('a name with = sets what comes before it', () => {
  const variables = Variables.none().set('A', '1').set('A=B', '2');
  expect(variables.lookup('A')).toBe('B=2');
  expect(variables.set('A', '3').toArray()).toEqual(['A=3']);
});

test('a variable of an image config stays where it was first', () => {
  const env = new ConfigEnv(['A=1', 'B', 'A=2']);
  env.set('C', '3');
  env.set('A', '4');
  env.set('C', '5');
  expect(env.variables).toEqual(['A=4', 'B', 'A=2', 'C=5']);
});
