import { expect, it } from 'vitest';
import { type CopyOp, GraphBuilder, type VertexInfo } from '../../graph/index.ts';
import { refuseWrongCopies } from './refuse-wrong-copies.ts';

const info: VertexInfo = {
  name: 'COPY',
  stage: '',
  locations: {},
  instruction: 'COPY',
  ignoreCache: false,
};

function refuse(copy: Partial<CopyOp>, ...paths: string[]) {
  const op: CopyOp = {
    ...{ kind: 'copy', destination: '/x', exclude: [], parents: false, link: false },
    ...{ owner: undefined, mode: undefined },
    sources: [{ kind: 'tree', input: 1, paths, unpack: false, isLocal: true }],
    ...copy,
  };
  const builder = new GraphBuilder();
  builder.add(op, ['scratch', 'scratch'], info);
  const graph = builder.build();
  return () => refuseWrongCopies([...graph.vertices.values()], graph);
}

it('refuses a mode that a daemon would cut', () => {
  expect(refuse({ mode: '17777' }, 'a')).toThrow("invalid mode '17777'");
  expect(refuse({ mode: '7777' }, 'a')).not.toThrow();
  expect(refuse({ mode: 'u+x' }, 'a')).not.toThrow();
});

it('refuses a pattern by which a daemon would find nothing', () => {
  const wrong = expect.objectContaining({ code: 'PATTERN_INVALID', part: 'source:1' });
  expect(refuse({}, 'a', 'd/[z-a]')).toThrow(wrong);
  expect(refuse({}, 'd[a-z]/*')).not.toThrow();
  expect(refuse({}, 'plain\\[z-a]')).not.toThrow();
  expect(refuse({ parents: true }, '[[:alpha:]]')).not.toThrow();
});
