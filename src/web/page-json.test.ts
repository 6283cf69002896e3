import { expect, it } from 'vitest';
import { pageJson } from './page-json.ts';

it('escapes what a browser does not show, or shows in another order', () => {
  const names = [
    'gnp\u202etxt.exe',
    'a\u200bb',
    'esc\x1b[31m',
    'two\nlines',
    'tab\t',
    '\ufeffx',
    'é 😀',
  ];
  const text = 'RUN a \\\n\tb \u2066 # \0';
  const data = { names, file: { path: 'a\r\nb', paths: ['c\nd'] }, text, bytes: 7, none: null };
  expect(JSON.parse(pageJson(data))).toEqual({
    names: [
      ...['gnp\\u202etxt.exe', 'a\\u200bb', 'esc\\x1b[31m', 'two\\nlines', 'tab\\t', '\\ufeffx'],
      'é 😀',
    ],
    file: { path: 'a\\r\\nb', paths: ['c\\nd'] },
    ...{ text: 'RUN a \\\n\tb \\u2066 # \\x00', bytes: 7, none: null },
  });
});
