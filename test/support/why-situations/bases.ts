/** Changed bases. */
import { expect } from 'vitest';
import { A_AND_B, type Situation } from './situation.ts';

const TWO_STAGES = 'ARG BASE=busybox\nFROM busybox AS one\nCOPY a /a\nRUN true\n';
const TWO_MODES =
  'FROM busybox AS one\nENV MODE=one\nARG SEEN=1\nFROM busybox AS two\nENV MODE=two\nARG SEEN=2\n';
const TWO_BASES = 'FROM scratch AS one\nCOPY a /one\nFROM scratch AS two\nCOPY a /two\n';

export const bases: readonly Situation[] = [
  {
    name: 'another base by name',
    dockerfile: 'FROM busybox\nRUN true\nRUN false || true\n',
    later: { dockerfile: 'FROM other\nRUN true\nRUN false || true\n' },
    expected: {
      'RUN true': { kind: 'base', subject: 'other', before: 'busybox', after: 'other' },
      'RUN false': { kind: 'parent', from: expect.stringContaining('RUN true') },
    },
  },
  {
    name: 'a base that an ARG names',
    dockerfile: 'ARG BASE=busybox\nFROM $BASE\nCOPY a /a\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=other'] },
    expected: { COPY: { kind: 'arg', subject: 'BASE', before: 'busybox', after: 'other' } },
  },
  {
    name: 'an image that a COPY takes from',
    dockerfile: 'FROM scratch\nCOPY --from=busybox /etc/ /etc/\n',
    later: { dockerfile: 'FROM scratch\nCOPY --from=other /etc/ /etc/\n' },
    expected: { COPY: { kind: 'definition', subject: '--from=other' } },
  },
  {
    name: 'an ARG that one of two stages with the same base names it by',
    dockerfile: `${TWO_STAGES}FROM $BASE\nCOPY a /a\nCOPY --from=one /a /b\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=other'] },
    expected: {
      'RUN true': null,
      'stage-1 2/3] COPY a': { kind: 'arg', subject: 'BASE', before: 'busybox', after: 'other' },
      'COPY --from': { kind: 'parent', from: expect.stringContaining('COPY a') },
    },
  },
  {
    name: 'an ARG that names the base of a stage which others read from',
    dockerfile: `${TWO_STAGES}FROM $BASE AS two\nFROM scratch\nCOPY --from=one /a /\nCOPY --from=two /etc /\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=other'] },
    expected: { 'COPY --from=one': null, 'COPY --from=two': { kind: 'arg', subject: 'BASE' } },
  },
  {
    name: 'an ARG that names the base of a stage on which another one stands',
    dockerfile: 'ARG BASE=busybox\nFROM $BASE AS one\nENV X=1\nFROM one\nRUN true\n',
    later: { flags: ['--build-arg', 'BASE=other'] },
    expected: { 'RUN true': { kind: 'arg', subject: 'BASE' } },
  },
  {
    name: 'an ARG that the name of a base is made of',
    dockerfile: 'ARG NAME=busybox\nARG BASE=$NAME:latest\nFROM $BASE\nRUN true\n',
    later: { flags: ['--build-arg', 'NAME=other'] },
    expected: { 'RUN true': { kind: 'arg', subject: 'NAME', before: 'busybox', after: 'other' } },
  },
  {
    name: 'an ARG that chooses a stage',
    dockerfile: `ARG BASE=one\n${TWO_BASES}FROM $BASE\nCOPY b /b\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=two'] },
    expected: {
      'COPY a /two': { kind: 'missing', after: 'stage two was not needed before' },
      'COPY b': { kind: 'arg', subject: 'BASE', before: 'one', after: 'two' },
    },
  },
  {
    name: 'an ARG that chooses a stage with another ENV',
    dockerfile: `ARG BASE=one\n${TWO_MODES}FROM $BASE\nRUN true $MODE\n`,
    later: { flags: ['--build-arg', 'BASE=two'] },
    expected: { 'RUN true': { kind: 'arg', subject: 'BASE', before: 'one', after: 'two' } },
  },
  {
    name: 'an ARG that chooses a stage below the one with the step, for its ENV',
    dockerfile: `ARG BASE=one\n${TWO_MODES}FROM $BASE AS three\nFROM three\nENV OWN=$MODE\nCOPY a /$OWN/\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=two'] },
    expected: { COPY: { kind: 'arg', subject: 'BASE', before: 'one', after: 'two' } },
  },
  {
    name: 'an ARG that chooses a stage with another WORKDIR',
    dockerfile: `ARG BASE=one\nFROM scratch AS one\nWORKDIR /one\nFROM scratch AS two\nWORKDIR /two\nFROM $BASE\nCOPY a b\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=two'] },
    expected: { 'COPY a b': { kind: 'arg', subject: 'BASE' } },
  },
  {
    name: 'an ARG that chooses a stage with triggers',
    dockerfile: `ARG BASE=one\n${TWO_BASES}ONBUILD COPY b /t\nONBUILD ENV T=1\nFROM $BASE\nCOPY b /b$T\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=two'] },
    expected: {
      'COPY b /t': { kind: 'arg', subject: 'BASE' },
      'COPY b /b1': { kind: 'arg', subject: 'BASE' },
    },
  },
  {
    name: 'an ARG that chooses a stage without triggers',
    dockerfile: `ARG BASE=two\n${TWO_BASES}ONBUILD COPY b /t\nFROM $BASE\nCOPY b /b\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=one'] },
    expected: { 'COPY b /b': { kind: 'arg', subject: 'BASE' } },
  },
  {
    name: 'another stage, which has another ENV',
    dockerfile: `${TWO_MODES}FROM one\nRUN true $MODE\n`,
    later: { dockerfile: `${TWO_MODES}FROM two\nRUN true $MODE\n` },
    expected: { 'RUN true': { kind: 'base', subject: 'two', before: 'one', after: 'two' } },
  },
  {
    name: 'the ENV of the stage below',
    dockerfile: `ARG BASE=one\n${TWO_MODES}FROM $BASE\nRUN true $MODE\n`,
    later: {
      dockerfile: `ARG BASE=one\n${TWO_MODES.replace('=one', '=eins')}FROM $BASE\nRUN true $MODE\n`,
    },
    expected: { 'RUN true': { kind: 'env', subject: 'MODE', before: 'one', after: 'eins' } },
  },
  {
    name: 'another stage',
    dockerfile: `${TWO_BASES}FROM one\nCOPY b /b\n`,
    files: A_AND_B,
    later: { dockerfile: `${TWO_BASES}FROM two\nCOPY b /b\n` },
    expected: { 'COPY b': { kind: 'base', subject: 'two', before: 'one', after: 'two' } },
  },
  {
    name: 'a stage with another name and another file',
    dockerfile: `${TWO_BASES}FROM one\nCOPY b /b\n`,
    files: A_AND_B,
    later: { dockerfile: `${TWO_BASES.replaceAll('one', 'uno')}FROM uno\nCOPY b /c\n` },
    expected: { 'COPY a /uno': { kind: 'definition' }, 'COPY b': { kind: 'definition' } },
  },
  {
    name: 'a stage that was split off',
    dockerfile: 'FROM scratch\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch AS one\nCOPY a /a\nFROM one\nCOPY b /b\n' },
    expected: {
      'COPY a': { kind: 'definition', before: null },
      'COPY b': { kind: 'base', before: 'scratch', after: 'one' },
    },
  },
];
