import { describe, expect, it } from 'vitest';
import { configChanges } from './config-changes.ts';

describe('what a change of an image means for its users', () => {
  it('is nothing for the same values in another form', () => {
    const before = { Env: ['A=1', 'B=2'], Entrypoint: null, Labels: {}, User: '' };
    expect(configChanges(before, { Env: ['B=2', 'A=1'], WorkingDir: '/' })).toEqual([]);
  });

  it('is named', () => {
    const before = {
      User: 'app',
      Cmd: ['a'],
      Env: ['A=1'],
      ExposedPorts: { '80/tcp': {} },
    } as const;
    const after = { User: '0', Cmd: ['a', 'b'], Env: ['A=2'], WorkingDir: '/x' };
    expect(configChanges(before, after)).toEqual([
      'the user',
      'the exposed ports',
      'the command',
      'the working directory',
      'the environment',
    ]);
  });
});
