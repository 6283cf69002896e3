import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../analysis/index.ts';
import type { BuildRecord, RecordedStep } from '../records/index.ts';
import { type DefinedImage, pageDefinition } from './page-definition.ts';

const DOCKERFILE = `# comment
ARG VERSION=1
FROM debian AS Base
RUN one && \\
  two
FROM base AS unused
RUN nothing
FROM base
ENV A=b
COPY --from=other <<EOF /file
glpat-aaaaaaaaaaaaaaaaaaaa
EOF
`;

const step = (line: number, inputs: readonly number[] = []): Partial<RecordedStep> => ({
  ...{ line, inputs },
});

function record(changes: Partial<BuildRecord> = {}): BuildRecord {
  const steps = [step(3), step(4, [0]), step(10, [1])];
  const layers = [null, null, 1, 2].map((made) => ({ diffId: '', step: made }));
  return {
    dockerfileText: DOCKERFILE,
    stages: [{ name: 'base', bytes: 1, isTarget: false }],
    images: [{ id: 'sha256:1', platform: 'linux/amd64', layers }],
    steps,
    ...changes,
  } as unknown as BuildRecord;
}

function image(history: DefinedImage['history'] = []): DefinedImage {
  const layers = [0, 1, 2, 3].map((index) => ({ index, instruction: `layer ${index}` }));
  return { report: { image: { id: 'sha256:1' }, layers } as unknown as ImageReport, history };
}

describe('the definition of an image', () => {
  it('is its Dockerfile, each instruction with its lines, stage, layers and steps', () => {
    const { kind, lines, instructions } = pageDefinition(image(), record());
    expect(kind).toBe('dockerfile');
    expect(lines.slice(0, 2)).toEqual(['# comment', 'ARG VERSION=1']);
    expect(instructions).toEqual([
      { first: 2, last: 2, stage: null, isNeeded: true, layers: [], steps: [] },
      { first: 3, last: 3, stage: 'base', isNeeded: true, layers: [0, 1], steps: [0] },
      { first: 4, last: 5, stage: 'base', isNeeded: true, layers: [2], steps: [1] },
      { first: 6, last: 6, stage: 'unused', isNeeded: false, layers: [], steps: [] },
      { first: 7, last: 7, stage: 'unused', isNeeded: false, layers: [], steps: [] },
      { first: 8, last: 8, stage: 'stage-2', isNeeded: false, layers: [], steps: [] },
      { first: 9, last: 9, stage: 'stage-2', isNeeded: false, layers: [], steps: [] },
      { first: 10, last: 12, stage: 'stage-2', isNeeded: true, layers: [3], steps: [2] },
    ]);
  });

  it('shows no secret of the text', () => {
    expect(pageDefinition(image(), record()).lines[10]).toBe('***');
    const key = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'QUJD',
      'REVG',
      '-----END RSA PRIVATE KEY-----',
    ];
    const dockerfileText = ['FROM scratch', 'COPY <<EOF /key', ...key, 'EOF', 'RUN a'].join('\n');
    const { lines } = pageDefinition(image(), record({ dockerfileText }));
    expect(lines.slice(3)).toEqual(['***', '***', key[3], 'EOF', 'RUN a']);
  });

  it('has the steps of its own platform only', () => {
    const steps = [step(3), step(4, [0]), step(10, [1]), step(3), step(4, [3]), step(10, [4])];
    const other = [null, 4, 5].map((made) => ({ diffId: '', step: made }));
    const { images } = record();
    const both = [{ id: 'sha256:2', platform: 'linux/arm64', layers: other }, ...images];
    const { instructions } = pageDefinition(image(), record({ steps, images: both } as never));
    expect(instructions.flatMap((one) => one.steps)).toEqual([0, 1, 2]);
    expect(instructions.flatMap(({ layers }) => layers)).toEqual([0, 1, 2, 3]);
  });

  it('is the history where no Dockerfile is on record', () => {
    const history = [
      { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' },
      { created_by: 'ENV A=b', empty_layer: true },
      { created_by: 'RUN <<EOF\nmake\nEOF # buildkit' },
      { created_by: '' },
      { created_by: 'COPY a /' },
    ];
    for (const given of [undefined, record({ dockerfileText: null })]) {
      const { kind, lines, instructions } = pageDefinition(image(history), given);
      expect(kind).toBe('history');
      expect(lines).toEqual([
        ...['ADD file:1 in /', 'ENV A=b', 'RUN <<EOF', 'make', 'EOF', '(not in the history)'],
        'COPY a /',
      ]);
      expect(instructions.map(({ first, last, layers }) => [first, last, ...layers])).toEqual([
        ...[
          [1, 1, 0],
          [2, 2],
          [3, 5, 1],
          [6, 6, 2],
          [7, 7, 3],
        ],
      ]);
    }
  });

  it('is what is known of the layers where the history does not match them', () => {
    const { lines } = pageDefinition(image([{ created_by: 'RUN one' }]), undefined);
    expect(lines).toEqual(['layer 0', 'layer 1', 'layer 2', 'layer 3']);
  });
});
