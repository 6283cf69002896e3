import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('parseJson', () => {
  it.each(['{"a":[1,{"b":"]}"}]}', '"\\"[["', `${'['.repeat(100)}${']'.repeat(100)}`])(
    'reads %s',
    (text) => expect(parseJson(text)).toEqual(JSON.parse(text)),
  );

  it.each(['', '{', `${'['.repeat(101)}${']'.repeat(101)}`, `"${'\\"'.repeat(2_000_000)}`])(
    'gives nothing for %#',
    (text) => expect(parseJson(text)).toBeUndefined(),
  );
});
