import { describe, expect, it } from 'vitest';
import { entitlement, secretSource, sshSource } from './step-values.ts';

describe('--secret', () => {
  it.each([
    ['id=a,src=f', { id: 'a', file: 'f' }],
    ['id=a,source=f', { id: 'a', file: 'f' }],
    ['type=file,id=a,src=f', { id: 'a', file: 'f' }],
    ['id=a,env=V', { id: 'a', env: 'V' }],
    ['type=env,id=a,src=V', { id: 'a', env: 'V' }],
    ['type=env,id=a,env=V', { id: 'a', env: 'V' }],
    ['id=SET', { id: 'SET', env: 'SET' }],
    ['type=file,id=SET', { id: 'SET', file: 'SET' }],
    ['id=unset', { id: 'unset', file: 'unset' }],
    ['"id=a","src=with,comma"', { id: 'a', file: 'with,comma' }],
  ])('%s', (text, expected) => {
    expect(secretSource(text, { SET: 'x' })).toEqual(expected);
  });

  it.each(['', 'src=f', 'hunter2', 'id=a,value=hunter2', 'id=a,type=hunter2'])(
    'refuses %j without repeating it',
    (text) => {
      const refused = () => secretSource(text, {});
      expect(refused).toThrow(expect.objectContaining({ code: 'CLI_FLAG_VALUE' }));
      expect(refused).not.toThrow(/hunter2/);
    },
  );
});

describe('--ssh', () => {
  it.each([
    ['default', { id: 'default', paths: [] }],
    ['default=', { id: 'default', paths: [] }],
    ['a=/s', { id: 'a', paths: ['/s'] }],
    ['a=k1,k2', { id: 'a', paths: ['k1', 'k2'] }],
  ])('%s', (text, expected) => {
    expect(sshSource(text)).toEqual(expected);
  });

  it.each(['', '=x', 'a,b'])('refuses %j', (text) => {
    expect(() => sshSource(text)).toThrow(expect.objectContaining({ code: 'CLI_FLAG_VALUE' }));
  });
});

describe('--allow', () => {
  it('takes what there is, and says what was meant', () => {
    expect(entitlement('security.insecure')).toBe('security.insecure');
    expect(() => entitlement('security.insecur')).toThrow(
      expect.objectContaining({ hint: 'did you mean security.insecure?' }),
    );
    expect(() => entitlement('device=x')).toThrow(expect.objectContaining({ code: 'CLI_NOT_YET' }));
  });
});
