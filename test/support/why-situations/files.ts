/** Changed files. */
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { A_AND_B, type Situation } from './situation.ts';

export const files: readonly Situation[] = [
  {
    name: 'the content of a file',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { files: { a: 'one\nzwei\n' } },
    expected: {
      'COPY a': {
        kind: 'file',
        subject: 'a',
        before: '8 bytes, line 2: two',
        after: '9 bytes, line 2: zwei',
        from: null,
      },
    },
  },
  {
    name: 'a file of a directory',
    dockerfile: 'FROM scratch\nCOPY . /all/\nCOPY b /b\n',
    files: { ...A_AND_B, 'src/deep/main.go': 'x', '.dockerignore': 'Dockerfile' },
    later: { files: { 'src/deep/main.go': 'y' } },
    expected: {
      'COPY .': { kind: 'file', subject: 'src/deep/main.go' },
      'COPY b': { kind: 'parent', from: expect.stringContaining('COPY . /all/') },
    },
  },
  {
    name: 'a new file',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a' },
    later: { files: { 'd/new': 'n' } },
    expected: { COPY: { kind: 'file', subject: 'd/new', before: null } },
  },
  {
    name: 'a file of a directory that had the content of another one',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: { 'a/x': 'x', 'a/y': 'y', 'b/x': 'x', 'b/y': 'y' },
    later: { files: { 'b/y': 'yy' } },
    expected: {
      'COPY a': null,
      'COPY b': { kind: 'file', subject: 'b/y', before: '1 byte, line 1: y' },
    },
  },
  {
    name: 'a file of a directory that now has the content of another one',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: { 'a/x': 'x', 'a/y': 'y', 'b/x': 'x', 'b/y': 'yy' },
    later: { files: { 'b/y': 'y' } },
    expected: {
      'COPY a': null,
      'COPY b': { kind: 'file', subject: 'b/y', before: '2 bytes, line 1: yy' },
    },
  },
  {
    name: 'one of several files that had the content of others, named by a pattern',
    dockerfile: 'FROM scratch\nCOPY a.x b.x /a/\nCOPY *.y /b/\n',
    files: { 'a.x': 'x', 'b.x': 'y', 'c.y': 'x', 'd.y': 'y' },
    later: { files: { 'd.y': 'yy' } },
    expected: {
      'COPY a.x': null,
      'COPY *.y': { kind: 'file', subject: 'd.y', before: '1 byte, line 1: y' },
    },
  },
  {
    name: 'a file that is gone',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/old': 'o' },
    later: { files: { 'd/old': null } },
    expected: { COPY: { kind: 'file', subject: 'd/old', after: null } },
  },
  {
    name: 'the mode of a file',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: {
      change: (directory) => chmodSync(join(directory, 'a'), 0o755),
      undo: (directory) => chmodSync(join(directory, 'a'), 0o644),
    },
    expected: {
      COPY: { kind: 'file', subject: 'a', before: 'mode 0644', after: 'mode 0755' },
    },
  },
  {
    name: 'where a link leads',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a' },
    flags: [],
    later: {
      change: (directory) => symlinkSync('a', join(directory, 'd/link')),
      undo: (directory) => rmSync(join(directory, 'd/link')),
    },
    expected: { COPY: { kind: 'file', subject: 'd/link', before: null } },
  },
  {
    name: 'content that looks secret, without its lines',
    dockerfile: 'FROM scratch\nCOPY .env /x\n',
    files: { '.env': 'PASSWORD=one' },
    later: { files: { '.env': 'PASSWORD=third' } },
    expected: { COPY: { kind: 'file', subject: '.env', before: '12 bytes', after: '14 bytes' } },
  },
  {
    name: 'what another stage made',
    dockerfile: 'FROM scratch AS build\nCOPY a /a\nFROM scratch\nCOPY --from=build /a /x\n',
    files: A_AND_B,
    later: { files: { a: 'changed' } },
    expected: {
      'COPY a': { kind: 'file', subject: 'a' },
      'COPY --from': { kind: 'parent', from: expect.stringContaining('COPY a /a') },
    },
  },
  {
    name: 'nothing of what another stage made',
    dockerfile: 'FROM scratch AS build\nCOPY a b /\nFROM scratch\nCOPY --from=build /b /x\n',
    files: A_AND_B,
    later: { files: { a: 'changed' } },
    expected: { 'COPY a b': { kind: 'file', subject: 'a' }, 'COPY --from': null },
  },
  {
    name: 'what a mount shows of the context',
    dockerfile: 'FROM busybox\nRUN --mount=type=bind,source=d,target=/d cat /d/a\n',
    files: { 'd/a': 'one' },
    later: { files: { 'd/a': 'two' } },
    expected: { 'RUN --mount': { kind: 'mount', subject: 'd/a' } },
  },
  {
    name: 'a file that the ignore file let in',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/b.log': 'b', '.dockerignore': '*/*.log\n' },
    later: { files: { '.dockerignore': '*/*.tmp\n' } },
    expected: { COPY: { kind: 'ignore', subject: '.dockerignore', after: 'd/b.log there' } },
  },
  {
    name: 'a file that the ignore file of the Dockerfile leaves out',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/b.log': 'b' },
    later: { files: { 'Dockerfile.dockerignore': '**/*.log\n' } },
    expected: { COPY: { kind: 'ignore', subject: 'Dockerfile.dockerignore' } },
  },
  {
    name: 'a line at the end of a file',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { files: { a: 'one\ntwo\nthree\n' } },
    expected: {
      COPY: { before: '8 bytes, ends before line 3', after: '14 bytes, line 3: three' },
    },
  },
  {
    name: 'a file that the ignore file leaves out',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/b.log': 'b' },
    later: { files: { '.dockerignore': '*/*.log\n' } },
    expected: { COPY: { kind: 'ignore', after: 'd/b.log left out by */*.log' } },
  },
];
