/** COPY of many files, and of many bytes. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BASE } from '../builders/builder.ts';
import { numbers, writeBigFile, writeFiles, writeManyFiles } from '../data.ts';
import type { Row } from '../row.ts';

function copyOf(
  n: number,
  row: Pick<Row, 'name' | 'title' | 'times'> & Partial<Pick<Row, 'family'>>,
): Row {
  return {
    ...row,
    prepare({ directory, seed, size }) {
      writeFiles(directory, { Dockerfile: `FROM ${BASE}\nCOPY files /files\n` });
      writeManyFiles(join(directory, 'files'), { count: size(n), size: 1000, seed });
      return { measured: { kind: 'build', directory, least: [{ kind: 'pack', path: 'files' }] } };
    },
  };
}

export const manyFiles: Row = copyOf(50_000, {
  name: 'copy-50k',
  title: 'COPY of 50,000 files of 1 KB',
  times: 3,
});

export const contexts: readonly Row[] = [
  [1000, 5],
  [10_000, 3],
  [100_000, 1],
].map(([n = 0, times = 1]) =>
  copyOf(n, {
    name: `context-${n / 1000}k`,
    title: `COPY of a context of ${n.toLocaleString('en')} files`,
    times,
    family: { name: 'files of the context', n, isScaled: true },
  }),
);

export const manyBytes: Row = {
  name: 'copy-1g',
  title: 'COPY of 1 GiB in 10 files',
  times: 3,
  prepare({ directory, seed, size }) {
    writeFiles(directory, { Dockerfile: `FROM ${BASE}\nCOPY files /files\n` });
    for (const at of numbers(10)) {
      writeBigFile(join(directory, `files/${at}`), size(2 ** 30 / 10), `${seed} ${at}`);
    }
    return { measured: { kind: 'build', directory, least: [{ kind: 'pack', path: 'files' }] } };
  },
};

export const copyFrom: Row = {
  name: 'copy-from-30k',
  title: 'COPY --from of a tree of 30,000 files that a RUN made',
  times: 3,
  prepare({ directory, seed, size }) {
    const dockerfile = [
      `FROM ${BASE} AS files`,
      'COPY files.tar /',
      'RUN mkdir /files && tar -xf /files.tar -C /files',
      'FROM scratch',
      'COPY --from=files /files /files\n',
    ];
    writeFiles(directory, { Dockerfile: dockerfile.join('\n') });
    const files = join(directory, '../files');
    writeManyFiles(files, { count: size(30_000), size: 1000, seed });
    const tar = ['--numeric-owner', '--owner=0', '--group=0', '-cf', 'files.tar', '-C', files, '.'];
    execFileSync('tar', tar, { cwd: directory });
    return {
      before: [{ kind: 'build', directory, target: 'files' }],
      measured: { kind: 'build', directory, least: [{ kind: 'pack', path: '../files' }] },
    };
  },
};
