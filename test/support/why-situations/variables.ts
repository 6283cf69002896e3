/** Changed variables. */
import { expect } from 'vitest';
import { A_AND_B, type Situation } from './situation.ts';

const RUN = 'RUN echo $X > /x';

export const variables: readonly Situation[] = [
  {
    name: 'the value of a build argument',
    dockerfile: `FROM busybox\nARG X=1\n${RUN}\n`,
    later: { flags: ['--build-arg', 'X=2'] },
    expected: { 'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2', from: null } },
  },
  {
    name: 'the default of an ARG',
    dockerfile: `FROM busybox\nARG X=1\n${RUN}\nRUN true\n`,
    later: { dockerfile: `FROM busybox\nARG X=2\n${RUN}\nRUN true\n` },
    expected: {
      'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2' },
      'RUN true': { kind: 'arg', subject: 'X' },
    },
  },
  {
    name: 'a global ARG that a stage takes over',
    dockerfile: `ARG X=1\nFROM busybox\nARG X\n${RUN}\n`,
    later: { dockerfile: `ARG X=2\nFROM busybox\nARG X\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2' } },
  },
  {
    name: 'an ARG that an ENV is made of',
    dockerfile: `FROM busybox\nARG V=1\nENV X=v$V\n${RUN}\n`,
    later: { flags: ['--build-arg', 'V=2'] },
    expected: { 'RUN echo': { kind: 'arg', subject: 'V', before: '1', after: '2' } },
  },
  {
    name: 'an ARG in the words of a COPY',
    dockerfile: 'FROM scratch\nARG NAME=a\nCOPY $NAME /x\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'NAME=b'] },
    expected: { COPY: { kind: 'arg', subject: 'NAME', before: 'a', after: 'b' } },
  },
  {
    name: 'an ARG in a WORKDIR',
    dockerfile: 'FROM scratch\nARG D=/a\nWORKDIR $D\nCOPY a x\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'D=/b'] },
    expected: {
      WORKDIR: { kind: 'arg', subject: 'D' },
      COPY: { kind: 'parent', from: expect.stringContaining('WORKDIR') },
    },
  },
  {
    name: 'an ARG in the USER to whom a WORKDIR belongs',
    dockerfile: 'FROM busybox\nARG OWNER=app\nUSER $OWNER\nWORKDIR /x\nCOPY a a\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'OWNER=nobody'] },
    expected: {
      WORKDIR: { kind: 'arg', subject: 'OWNER' },
      COPY: { kind: 'parent', from: expect.stringContaining('WORKDIR') },
    },
  },
  {
    name: 'the value of an ENV',
    dockerfile: `FROM busybox\nENV X=1\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV X=2\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'env', subject: 'X', before: '1', after: '2' } },
  },
  {
    name: 'a new ENV',
    dockerfile: `FROM busybox\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV Y=2\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'env', subject: 'Y', before: null, after: '2' } },
  },
  {
    name: 'an ENV in the words of a COPY',
    dockerfile: 'FROM scratch\nENV NAME=a\nCOPY $NAME /x\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nENV NAME=b\nCOPY $NAME /x\n' },
    expected: { COPY: { kind: 'env', subject: 'NAME', before: 'a', after: 'b' } },
  },
  {
    name: 'the order of ENVs',
    dockerfile: `FROM busybox\nENV X=1\nENV Y=2\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV Y=2\nENV X=1\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'order', subject: 'Y' } },
  },
];
