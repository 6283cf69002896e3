import { describe, expect, it } from 'vitest';
import { buildLayers } from './build-layers.ts';

const layer = (...paths: string[]) => ({
  entries: paths.map((path) => ({
    ...({ kind: 'entry', type: 'file', path, size: 0 } as const),
    ...{ mode: 0o644, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 },
  })),
});

function kinds(text: string, steps: readonly string[], ...layers: ReturnType<typeof layer>[]) {
  const history = steps.map((by) => ({
    created_by: by.replace(/^# /, ''),
    ...(by.startsWith('# ') && { empty_layer: true }),
  }));
  const all = history
    .filter((entry) => !('empty_layer' in entry))
    .map((_, index) => layers[index] ?? layer());
  return buildLayers(text, { history, layers: all }, ['assets']).map(({ kind }) => kind);
}

describe('the layers of an image', () => {
  it('are those of its base, then those of the steps in its Dockerfile', () => {
    const text = [
      'FROM base',
      'ENV A=b',
      'RUN apt-get install -y tool',
      'WORKDIR /app',
      'COPY . .',
      'RUN ./build',
      'CMD ["x"]',
    ].join('\n');
    const history = ['COPY rootfs /', 'RUN setup', '# ENV A=b', 'RUN /bin/sh -c apt-get install'];
    const rest = ['# WORKDIR /app', 'COPY . .', 'RUN /bin/sh -c ./build', '# CMD ["x"]'];
    expect(kinds(text, [...history, ...rest])).toEqual([
      ...['base', 'base', 'packages', 'copied', 'made'],
    ]);
  });

  it('are those of all stages that the last one is based on', () => {
    const text = 'FROM base AS one\nADD a /\nFROM two AS other\nRUN x\nFROM one\nRUN y\n';
    expect(kinds(text, ['FROM', 'ADD a /', 'RUN y'])).toEqual(['base', 'copied', 'made']);
  });

  it('belong to a base where files come from another image, or are a whole system', () => {
    const text = [
      'FROM scratch AS tool',
      'FROM scratch',
      'ADD rootfs.tar /',
      'COPY --from=image /a /a',
      'COPY --from=tool /a /a',
      'COPY --from=assets /a /a',
      'COPY a /a',
    ].join('\n');
    const history = ['ADD', ...Array(4).fill('COPY')];
    const system = layer('bin/sh', 'etc/os-release');
    expect(kinds(text, history, system)).toEqual(['base', 'base', 'copied', 'copied', 'copied']);
  });

  it('all belong to a base when the image has no history', () => {
    expect(
      buildLayers('FROM a\nCOPY b /\n', { history: undefined, layers: [layer()] }, []),
    ).toEqual([{ kind: 'base', paths: [] }]);
  });
});
