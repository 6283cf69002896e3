/** Changed instructions and flags. */
import { expect } from 'vitest';
import { A_AND_B, type Situation } from './situation.ts';

const TWICE = 'RUN echo x >> /x\nRUN echo x >> /x\n';

export const instructions: readonly Situation[] = [
  {
    name: 'a word of a RUN',
    dockerfile: 'FROM busybox\nRUN echo one\nRUN echo last\n',
    later: { dockerfile: 'FROM busybox\nRUN echo two\nRUN echo last\n' },
    expected: {
      'RUN echo two': {
        kind: 'definition',
        subject: 'two',
        before: 'RUN echo one',
        after: 'RUN echo two',
      },
      'RUN echo last': { kind: 'parent', from: expect.stringContaining('RUN echo two') },
    },
  },
  {
    name: 'a word of a RUN in JSON',
    dockerfile: 'FROM busybox\nRUN ["echo", "one"]\n',
    later: { dockerfile: 'FROM busybox\nRUN ["echo", "two"]\n' },
    expected: { RUN: { kind: 'definition', subject: 'two' } },
  },
  {
    name: 'the destination of a COPY',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY a /c\n' },
    expected: { COPY: { kind: 'definition', subject: '/c' } },
  },
  {
    name: 'a flag of a COPY',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY --chmod=600 a /a\n' },
    expected: { COPY: { kind: 'definition', subject: '--chmod=600' } },
  },
  {
    name: 'a new instruction',
    dockerfile: 'FROM scratch\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n' },
    expected: {
      'COPY a': { kind: 'definition', before: null, after: 'COPY a /a' },
      'COPY b': { kind: 'parent', from: expect.stringContaining('COPY a') },
    },
  },
  {
    name: 'an instruction that is gone',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY b /b\n' },
    expected: { 'COPY b': { kind: 'definition', subject: 'COPY a /a', after: null } },
  },
  {
    name: 'the order of instructions',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY b /b\nCOPY a /a\n' },
    expected: { 'COPY b': { kind: 'order' }, 'COPY a': expect.anything() },
  },
  {
    name: 'the user',
    dockerfile: 'FROM busybox\nRUN id\n',
    later: { dockerfile: 'FROM busybox\nUSER app\nRUN id\n' },
    expected: { 'RUN id': { kind: 'definition', subject: 'USER', after: 'app' } },
  },
  {
    name: 'the shell',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { dockerfile: 'FROM busybox\nSHELL ["/bin/sh", "-ec"]\nRUN true\n' },
    expected: { 'RUN true': { kind: 'definition', subject: 'SHELL' } },
  },
  {
    name: 'a line of a here-document',
    dockerfile: 'FROM scratch\nCOPY <<END /x\none\ntwo\nEND\n',
    later: { dockerfile: 'FROM scratch\nCOPY <<END /x\none\nthree\nEND\n' },
    expected: { COPY: { kind: 'definition', subject: 'three', before: 'two', after: 'three' } },
  },
  {
    name: 'an instruction that is there once more',
    dockerfile: `FROM busybox\n${TWICE}`,
    later: { dockerfile: `FROM busybox\n${TWICE}RUN echo x >> /x\n` },
    expected: { '4/4] RUN': { kind: 'definition', before: null } },
  },
  {
    name: 'an instruction that is there once less',
    dockerfile: `FROM busybox\n${TWICE}RUN true\n`,
    later: { dockerfile: 'FROM busybox\nRUN echo x >> /x\nRUN true\n' },
    expected: { 'RUN true': { kind: 'definition', subject: 'RUN echo x >> /x', after: null } },
  },
  {
    name: 'COPY for ADD',
    dockerfile: 'FROM scratch\nADD a /a\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY a /a\n' },
    expected: { COPY: { kind: 'definition', subject: 'COPY', before: 'ADD a /a' } },
  },
  {
    name: 'a trigger of the base',
    dockerfile: 'FROM busybox AS base\nONBUILD RUN echo one\nFROM base\nCOPY a /a\n',
    files: A_AND_B,
    later: {
      dockerfile: 'FROM busybox AS base\nONBUILD RUN echo two\nFROM base\nCOPY a /a\n',
    },
    expected: {
      'RUN echo two': { kind: 'definition', subject: 'two' },
      COPY: { kind: 'parent', from: expect.stringContaining('RUN echo two') },
    },
  },
  {
    name: 'a line of a script',
    dockerfile: 'FROM busybox\nRUN <<END\nset -e\necho two\nEND\n',
    later: { dockerfile: 'FROM busybox\nRUN <<END\nset -e\necho three\nEND\n' },
    expected: { RUN: { kind: 'definition', subject: 'echo three', before: 'echo two' } },
  },
  {
    name: 'a line of a script with an interpreter of its own',
    dockerfile: 'FROM busybox\nRUN <<END\n#!/bin/sh -e\necho two\nEND\n',
    later: { dockerfile: 'FROM busybox\nRUN <<END\n#!/bin/sh -e\necho three\nEND\n' },
    expected: { RUN: { kind: 'definition', subject: 'echo three', before: 'echo two' } },
  },
  {
    name: 'spaces of a RUN',
    dockerfile: 'FROM busybox\nRUN echo  one\n',
    later: { dockerfile: 'FROM busybox\nRUN echo   one\n' },
    expected: { RUN: { kind: 'definition', before: 'RUN echo  one', after: 'RUN echo   one' } },
  },
  {
    name: 'a mount',
    dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c true\n',
    later: { dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/d true\n' },
    expected: { 'RUN --mount': { kind: 'mount', subject: '--mount=type=cache,target=/d' } },
  },
  {
    name: 'a mount of a secret',
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=one true\n',
    later: { dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=two true\n' },
    expected: { 'RUN --mount': { kind: 'secret', subject: '--mount=type=secret,id=two' } },
  },
  {
    name: 'a flag that ignores the cache',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { flags: ['--no-cache'] },
    expected: { 'RUN true': { kind: 'forced', subject: '--no-cache' } },
    isFinal: true,
  },
  {
    name: 'the cache of one stage',
    dockerfile: 'FROM scratch AS x\nCOPY a /a\nFROM scratch\nCOPY --from=x /a /b\n',
    files: A_AND_B,
    later: { flags: ['--no-cache-filter', 'x'] },
    expected: {
      'COPY a': { kind: 'forced', subject: '--no-cache-filter' },
      'COPY --from': null,
    },
    isFinal: true,
  },
  {
    name: 'a flag of the build',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { flags: ['--network', 'none'] },
    expected: { 'RUN true': { kind: 'definition', subject: '--network', after: 'none' } },
  },
];
