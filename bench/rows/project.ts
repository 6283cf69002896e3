/** Rebuilds of a typical project: dependencies before sources, a small final image. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE } from '../builders/builder.ts';
import { writeFiles, writeManyFiles } from '../data.ts';
import type { Row, Turn } from '../row.ts';

const FILES = 5000;

const STAGES = `FROM ${BASE} AS dependencies
WORKDIR /src
COPY package.txt ./
RUN mkdir /deps && for i in 1 2 3 4 5 6 7 8; do cp package.txt /deps/$i; done

FROM ${BASE} AS build
WORKDIR /src
COPY --from=dependencies /deps ./deps
COPY src ./src
RUN mkdir /out && cat src/d0/* > /out/program && chmod 755 /out/program

FROM ${BASE} AS assets
COPY src/d0 /assets
RUN echo compressed > /assets/list

FROM ${BASE}
ENV MODE=production
WORKDIR /app
COPY --from=dependencies /deps ./deps
COPY --from=assets /assets ./assets
COPY --from=build /out/program /usr/local/bin/
CMD ["program"]
`;

const COPY_AND_RUN = `FROM ${BASE}
WORKDIR /src
COPY src ./src
RUN cat src/d0/* > /program
`;

function writeProject({ directory, seed, size }: Turn, dockerfile: string): void {
  writeFiles(directory, { Dockerfile: dockerfile, 'package.txt': `dependencies ${seed}\n` });
  writeManyFiles(join(directory, 'src'), { count: size(FILES), size: 4000, seed });
}

export const cached: Row = {
  name: 'cached',
  title: 'fully cached rebuild, 4 stages, a context of 5,000 files',
  times: 9,
  prepare(turn) {
    writeProject(turn, STAGES);
    const least = [{ kind: 'look', path: 'src' }] as const;
    const measured = { kind: 'build', directory: turn.directory, least } as const;
    return { before: [measured, measured], measured };
  },
};

export const oneFile: Row = {
  name: 'one-file',
  title: 'one source file of 5,000 changed, COPY and a small RUN',
  times: 7,
  prepare(turn) {
    writeProject(turn, COPY_AND_RUN);
    const { directory } = turn;
    const before = { kind: 'build', directory, least: [{ kind: 'pack', path: 'src' }] } as const;
    return {
      before: [before, before],
      change: () => appendFileSync(join(directory, 'src/d0/f1'), turn.seed),
      measured: {
        kind: 'build',
        directory,
        // All files but one are in the layer of the build before.
        least: [
          { kind: 'look', path: 'src' },
          { kind: 'copy' },
          { kind: 'steps', commands: ['cat bin/* > program'] },
        ],
      },
    };
  },
};
