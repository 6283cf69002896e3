import { expect, it } from 'vitest';
import { sourceLocationOf } from './source-detail.ts';

const TEXT = 'FROM a\n\nRUN x; \\\n  y\n';

function detail(first: number, last: number) {
  const value = {
    info: { filename: 'Dockerfile', data: Buffer.from(TEXT).toString('base64') },
    ranges: [{ start: { line: first }, end: { line: last } }],
  };
  return {
    typeUrl: 'github.com/moby/buildkit/errdefs.Source+json',
    value: Buffer.from(JSON.stringify(value)),
  };
}

it('finds the lines of an instruction in the text that the daemon sends', () => {
  const location = sourceLocationOf(detail(3, 4));
  expect(location).toMatchObject({ file: 'Dockerfile', text: TEXT });
  const { start, end } = location?.range ?? {};
  expect(TEXT.slice(start?.offset, end?.offset)).toBe('RUN x; \\\n  y');
  expect([start?.line, end?.line]).toEqual([3, 4]);
});

it('knows nothing of other details, and of lines that the text does not have', () => {
  expect(sourceLocationOf({ ...detail(3, 4), typeUrl: 'errdefs.Vertex' })).toBeUndefined();
  expect(sourceLocationOf(detail(9, 9))).toBeUndefined();
  expect(sourceLocationOf(detail(0, 0))).toBeUndefined();
  expect(sourceLocationOf(detail(3, 99))?.range.end.offset).toBe(TEXT.length);
});
