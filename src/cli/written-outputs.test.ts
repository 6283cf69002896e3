import { describe, expect, it } from 'vitest';
import type { WrittenOutput } from '../api/index.ts';
import { parseDigest } from '../oci/index.ts';
import { describeOutputs } from './written-outputs.ts';

const ID = parseDigest(`sha256:${'ab12'.repeat(16)}`);

function described(
  outputs: readonly (Partial<WrittenOutput> & Pick<WrittenOutput, 'kind' | 'dest'>)[],
  references: readonly string[] = [],
) {
  return describeOutputs({
    ...{ imageId: ID, digest: undefined, descriptor: undefined, references, metadata: {} },
    outputs: outputs.map((output) => ({
      ...{ isDirectory: false, bytes: 2_050_000, files: undefined },
      ...output,
    })),
    summary: {
      ...{ steps: [], stages: [], unusedStages: [], leftBehindBytes: 0, images: [], durationMs: 0 },
    },
    warnings: [],
    buildId: 'a',
  });
}

describe('describeOutputs', () => {
  it('names the image and says what was written, where, and how large it is', () => {
    const text = described(
      [
        { kind: 'store', dest: ID, bytes: undefined },
        { kind: 'engine', dest: 'docker' },
        { kind: 'registry', dest: 'example.com/a:1' },
        { kind: 'oci', dest: 'a.tar' },
        { kind: 'oci', dest: 'layout', isDirectory: true },
        { kind: 'docker', dest: '-' },
        { kind: 'tar', dest: '/dev/null', bytes: undefined },
        { kind: 'local', dest: 'out', isDirectory: true, files: 1 },
      ],
      ['example.com/a:1', 'example.com/a:2'],
    );
    expect(text.replace(ID, 'ID')).toMatchInlineSnapshot(`
      "built example.com/a:1, example.com/a:2 ID
      loaded into docker, 2.05MB
      pushed example.com/a:1, 2.05MB
      wrote a.tar: OCI archive, 2.05MB
      wrote layout: OCI layout, 2.05MB
      wrote to standard output: Docker archive, 2.05MB
      wrote /dev/null: tar
      wrote out: 1 file, 2.05MB
      "
    `);
  });

  it('names no image that is nowhere', () => {
    expect(described([{ kind: 'local', dest: 'out\x1b', files: 3 }])).toBe(
      'wrote out\\x1b: 3 files, 2.05MB\n',
    );
    expect(described([])).toBe('');
  });
});
