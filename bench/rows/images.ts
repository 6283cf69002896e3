/** Images that come from archives and registries, and go there. */
import { join } from 'node:path';
import { type ArchiveCompression, BASE, LOADED } from '../builders/builder.ts';
import { numbers, writeFiles, writeMixedFiles } from '../data.ts';
import type { Work } from '../least-work/work.ts';
import type { Row } from '../row.ts';

/** Of 3.5 MB: 350 MB. */
const FILES = 100;
const IMAGE = 'FROM scratch\nCOPY bin /bin\nENV PATH=/bin\nCOPY files /files\n';
const RUN = 'RUN echo done > /result\n';

export const load: Row = {
  name: 'load',
  title: 'load an archive of 350 MB, one RUN on it',
  times: 3,
  async prepare({ directory, seed, size, workshop }) {
    const fill = (context: string) => {
      workshop.writePrograms(join(context, 'bin'));
      writeMixedFiles(join(context, 'files'), { files: size(FILES), seed });
    };
    const image = await workshop.image(LOADED, IMAGE, fill);
    writeFiles(directory, { Dockerfile: `FROM ${LOADED}\n${RUN}` });
    const least = [
      { kind: 'copy', path: image.archive },
      { kind: 'steps', commands: ['echo done > /result'] },
    ] as const;
    return { measured: { kind: 'build', directory, load: image, least } };
  },
};

const LAYERS = [0, 1, 2];
/** What gzip has to do depends on what does not compress. */
const LEAST_OF_EXPORT: Readonly<Record<ArchiveCompression, readonly Work[] | undefined>> = {
  gzip: undefined,
  zstd: [{ kind: 'compress' }],
  uncompressed: [{ kind: 'copy' }],
};

function exportAs(compression: ArchiveCompression): Row {
  const name = compression === 'uncompressed' ? 'plain' : compression;
  return {
    name: `export-${name}`,
    title: `OCI archive of an image of 350 MB, built before: ${name}`,
    times: 3,
    prepare({ directory, seed, size }) {
      const copies = LAYERS.map((part) => `COPY p${part} /p${part}\n`);
      writeFiles(directory, { Dockerfile: `FROM ${BASE}\n${copies.join('')}` });
      for (const part of LAYERS) {
        const files = size(Math.round(FILES / LAYERS.length));
        writeMixedFiles(join(directory, `p${part}`), { files, seed: `${seed} ${part}` });
      }
      const output = { path: `${directory}.tar`, compression };
      return {
        before: [{ kind: 'build', directory, least: [{ kind: 'pack', path: '.' }] }],
        measured: { kind: 'build', directory, output, least: LEAST_OF_EXPORT[compression] },
      };
    },
  };
}

export const exports: readonly Row[] = [
  exportAs('gzip'),
  exportAs('zstd'),
  exportAs('uncompressed'),
];

function throughRegistry(part: 'pull' | 'push'): Row {
  return {
    name: part,
    title:
      part === 'pull'
        ? 'pull 350 MB from a registry on this machine, one RUN on it'
        : 'push the image of `pull` to another registry on this machine',
    times: 3,
    async prepare({ directory, seed, size, workshop }) {
      const source = `${await workshop.registry(join(directory, '../from'))}/source:1`;
      await workshop.push(source, IMAGE, (context) => {
        workshop.writePrograms(join(context, 'bin'));
        writeMixedFiles(join(context, 'files'), { files: size(FILES), seed });
      });
      writeFiles(directory, { Dockerfile: `FROM ${source}\n${RUN}` });
      const received = { kind: 'pull', reference: source } as const;
      const run = { kind: 'steps', commands: ['echo done > /result'] } as const;
      const least = [received, run];
      const measured = { kind: 'build', directory, pulls: true, least } as const;
      if (part === 'pull') return { measured };
      return {
        before: [measured],
        // A registry each: layers of another repository of one registry are mounted.
        measured: async (builder) => {
          const name = builder.toLowerCase().replace(/[^a-z0-9]+/g, '-');
          const registry = await workshop.registry(join(directory, `../to-${name}`));
          const reference = `${registry}/image:1`;
          return { kind: 'push', directory, reference, least: [{ kind: 'push', reference }] };
        },
      };
    },
  };
}

export const registries: readonly Row[] = [throughRegistry('pull'), throughRegistry('push')];

export const layerCounts: readonly Row[] = [1, 30, 120].map((n) => ({
  name: `layers-${n}`,
  title: `COPY in ${n === 1 ? 'one layer' : `${n} layers`}`,
  times: n === 120 ? 3 : 5,
  family: { name: 'layers of the image', n, isScaled: false },
  prepare({ directory, seed }) {
    const copies = numbers(n).map((at) => `COPY f${at} /f${at}\n`);
    writeFiles(directory, { Dockerfile: `FROM scratch\n${copies.join('')}` });
    const files = numbers(n).map((at): [string, string] => [`f${at}`, `${seed} ${at}\n`]);
    writeFiles(directory, Object.fromEntries(files));
    const least = [
      { kind: 'look', path: '.' },
      { kind: 'layers', count: n },
    ] as const;
    return { measured: { kind: 'build', directory, least } };
  },
}));
