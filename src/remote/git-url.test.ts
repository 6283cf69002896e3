import { describe, expect, it } from 'vitest';
import { isHttpUrl, parseGitUrl } from './git-url.ts';

const parsed = (text: string, context = false) => {
  const url = parseGitUrl(text, { context });
  return url && Object.fromEntries(Object.entries(url).filter(([, value]) => value));
};

describe('parseGitUrl', () => {
  it.each([
    ['https://host/x.git', { remote: 'https://host/x.git' }],
    ['https://host/x.git#main', { remote: 'https://host/x.git', ref: 'main' }],
    ['https://host/x.git#main:a/b/', { remote: 'https://host/x.git', ref: 'main', subdir: 'a/b' }],
    ['https://host/x.git#:a', { remote: 'https://host/x.git', subdir: 'a' }],
    ['git@host:x/y.git#v1', { remote: 'git@host:x/y.git', ref: 'v1' }],
    ['other@host:x', { remote: 'other@host:x' }],
    ['ssh://git@host/x', { remote: 'ssh://git@host/x' }],
    ['git://host/x', { remote: 'git://host/x' }],
    ['git://host/x?branch=b', { remote: 'git://host/x', ref: 'refs/heads/b' }],
    [
      'git://host/x?tag=t&mtime=commit',
      { remote: 'git://host/x', ref: 'refs/tags/t', commitTime: true },
    ],
    ['git://host/x?commit=abc1234', { remote: 'git://host/x', checksum: 'abc1234' }],
    [
      `git://host/x?checksum=${'a'.repeat(40)}&fetch-by-commit`,
      { remote: 'git://host/x', checksum: 'a'.repeat(40), fetchByCommit: true },
    ],
    [
      'git://host/x?branch=refs/heads/b&ref=refs/heads/b',
      { remote: 'git://host/x', ref: 'refs/heads/b' },
    ],
    ['git://host/x?subdir=a#:a', { remote: 'git://host/x', subdir: 'a' }],
    ['git://host/x?keep-git-dir', { remote: 'git://host/x', keepGitDir: true }],
    ['git://host/x?subdir=../../etc', { remote: 'git://host/x', subdir: 'etc' }],
  ])('reads %s', (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it.each([
    'https://host/x',
    'https://host/x.git/info',
    'https://host/x?y=z.git',
    'github.com/x/y',
    './a.git',
    'dir/a@b:c',
    '-oProxyCommand=x@host:y',
    'src',
  ])('takes %s for no repository', (text) => {
    expect(parseGitUrl(text)).toBeUndefined();
  });

  it('supports the short form of one host as a context', () => {
    expect(parsed('github.com/x/y#main:sub', true)).toEqual({
      remote: 'https://github.com/x/y.git',
      ref: 'main',
      subdir: 'sub',
    });
    expect(parsed('github.com/x/y.git', true)).toEqual({ remote: 'https://github.com/x/y.git' });
  });

  it.each([
    'git://host/x?reff=a',
    'git://host/x?ref=a#b',
    'git://host/x#--upload-pack=evil',
    'git://host/x?ref=a..b',
    'git://host/x?submodules=maybe',
    'git://host/x?mtime=now',
    'git://host/x?subdir=a#:b',
    'git://host/x?subdir=',
    'git://host/x?subdir=a&subdir=a',
    'git://host/x?checksum=main',
    'git://host/x?fetch-by-commit=maybe',
  ])('refuses %s', (text) => {
    expect(() => parseGitUrl(text)).toThrow(expect.objectContaining({ code: 'GIT_BAD_URL' }));
  });
});

it('recognises HTTP URLs', () => {
  expect(['http://a', 'HTTPS://a', 'ftp://a', 'http:/a'].map(isHttpUrl)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
