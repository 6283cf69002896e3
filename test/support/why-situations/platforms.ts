/** Other platforms. The image `multi` is for amd64 and arm64. */
import { expect } from 'vitest';
import { A_AND_B, type Situation } from './situation.ts';

const [AMD64, ARM64] = ['linux/amd64', 'linux/arm64'];
const OTHER = { kind: 'platform', subject: ARM64, before: AMD64, after: ARM64 } as const;

export const platforms: readonly Situation[] = [
  {
    name: 'the platform of a base',
    dockerfile: 'FROM multi\nCOPY a /a\nCOPY b /b\n',
    files: A_AND_B,
    earlier: ['--platform', AMD64],
    later: { flags: ['--platform', ARM64] },
    expected: {
      'COPY a': OTHER,
      'COPY b': { kind: 'parent', from: expect.stringContaining('COPY a') },
    },
  },
  {
    name: 'the platform of an image that a COPY takes from',
    dockerfile: 'FROM scratch\nCOPY --from=multi /file /file\n',
    earlier: ['--platform', AMD64],
    later: { flags: ['--platform', ARM64] },
    expected: { COPY: OTHER },
  },
  {
    name: 'no platform, where none counts',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    earlier: ['--platform', AMD64],
    later: { flags: ['--platform', ARM64] },
    expected: { COPY: null },
  },
  {
    name: 'one more platform',
    dockerfile: 'FROM multi\nCOPY a /a\n',
    files: A_AND_B,
    earlier: ['--platform', AMD64],
    later: { flags: ['--platform', `${AMD64},${ARM64}`] },
    expected: { '[linux/amd64 2/2]': null, '[linux/arm64 2/2]': OTHER },
    isFinal: true,
  },
  {
    name: 'a file, for both platforms',
    dockerfile: 'FROM multi\nCOPY a /a\n',
    files: A_AND_B,
    flags: ['--platform', `${AMD64},${ARM64}`],
    later: { files: { a: 'changed' } },
    expected: {
      '[linux/amd64 2/2]': { kind: 'file', subject: 'a' },
      '[linux/arm64 2/2]': { kind: 'file', subject: 'a' },
    },
  },
  {
    name: 'the platform that a FROM names',
    dockerfile: `FROM --platform=${AMD64} multi\nCOPY a /a\n`,
    files: A_AND_B,
    later: { dockerfile: `FROM --platform=${ARM64} multi\nCOPY a /a\n` },
    expected: { COPY: OTHER },
  },
  {
    name: 'an ARG that a FROM takes its platform from',
    dockerfile: `ARG P=${AMD64}\nFROM --platform=$P multi\nCOPY a /a\n`,
    files: A_AND_B,
    later: { flags: ['--build-arg', `P=${ARM64}`] },
    expected: { COPY: { kind: 'arg', subject: 'P', before: AMD64, after: ARM64 } },
  },
  {
    name: 'the architecture in the words of a COPY',
    dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /file\n',
    files: { amd64: 'one', arm64: 'two' },
    earlier: ['--platform', AMD64],
    later: { flags: ['--platform', ARM64] },
    expected: { COPY: { kind: 'arg', subject: 'TARGETARCH', before: 'amd64', after: 'arm64' } },
  },
];
