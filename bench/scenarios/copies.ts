/** Many files, or many bytes. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BASE } from '../builders.ts';
import { writeBigFile, writeFiles, writeManyFiles } from '../data.ts';
import type { Scenario } from '../scenario.ts';

export const copyManyFiles: Scenario = {
  name: 'copy-50k',
  title: 'COPY of 50,000 files of 1 KB',
  times: 2,
  prepare({ directory, seed }) {
    writeFiles(directory, { Dockerfile: `FROM ${BASE}\nCOPY files /files\n` });
    writeManyFiles(join(directory, 'files'), { count: 50_000, size: 1000, seed });
    return { measured: { directory } };
  },
};

export const copyBigFile: Scenario = {
  name: 'copy-1g',
  title: 'COPY of one file of 1 GiB',
  times: 2,
  prepare({ directory, seed }) {
    writeFiles(directory, { Dockerfile: `FROM ${BASE}\nCOPY big /big\n` });
    writeBigFile(join(directory, 'big'), 1 << 30, seed);
    return { measured: { directory } };
  },
};

export const copyFromStage: Scenario = {
  name: 'copy-from-30k',
  title: 'COPY --from of 30,000 files that a RUN made',
  times: 2,
  prepare({ directory, seed }) {
    const dockerfile = [
      `FROM ${BASE} AS files`,
      'COPY files.tar /',
      'RUN mkdir /files && tar -xf /files.tar -C /files',
      'FROM scratch',
      'COPY --from=files /files /files\n',
    ];
    writeFiles(directory, { Dockerfile: dockerfile.join('\n') });
    const files = join(directory, 'files');
    writeManyFiles(files, { count: 30_000, size: 1000, seed });
    execFileSync('tar', ['-cf', join(directory, 'files.tar'), '-C', files, '.']);
    return { before: [{ directory, target: 'files' }], measured: { directory } };
  },
};

const MEGABYTE = 1_000_000;

export const exportImage: Scenario = {
  name: 'export-300m',
  title: 'OCI archive of an image of 300 MB, built before',
  times: 1,
  prepare({ directory, seed }) {
    const parts = [0, 1, 2];
    const copies = parts.map((part) => `COPY p${part} /p${part}\n`);
    writeFiles(directory, { Dockerfile: `FROM ${BASE}\n${copies.join('')}` });
    // Half of the data compresses well.
    for (const part of parts) {
      writeBigFile(join(directory, `p${part}/random`), 50 * MEGABYTE, `${seed} ${part}`);
      writeFiles(directory, { [`p${part}/text`]: text(50 * MEGABYTE, `${seed} ${part}`) });
    }
    const archive = `${directory}.oci.tar`;
    return { before: [{ directory }], measured: { directory, archive } };
  },
};

function text(size: number, seed: string): Buffer {
  return Buffer.alloc(size, `A line of text that repeats itself, as much text does: ${seed}\n`);
}
