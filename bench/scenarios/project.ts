/** Rebuilds of a typical project: two stages, dependencies before sources, a small final image. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE } from '../builders.ts';
import { writeFiles, writeManyFiles } from '../data.ts';
import type { Scenario, Turn } from '../scenario.ts';

const DOCKERFILE = `FROM ${BASE} AS build
WORKDIR /src
COPY package.txt ./
RUN mkdir /deps && for i in 1 2 3 4 5 6 7 8; do cp package.txt /deps/$i; done
COPY src ./src
RUN mkdir /out && cat src/*/* > /out/program && chmod 755 /out/program
RUN cp /out/program /out/copy

FROM ${BASE}
ENV MODE=production
WORKDIR /app
COPY --from=build /deps ./deps
COPY --from=build /out/program /usr/local/bin/
LABEL bench=yes
CMD ["program"]
`;

function writeProject({ directory, seed }: Turn): void {
  writeFiles(directory, { Dockerfile: DOCKERFILE, 'package.txt': `dependencies ${seed}\n` });
  writeManyFiles(join(directory, 'src'), { count: 400, size: 4000, seed });
}

export const cachedRebuild: Scenario = {
  name: 'cached',
  title: 'fully cached rebuild, 2 stages, 400 source files',
  times: 5,
  prepare(turn) {
    writeProject(turn);
    const measured = { directory: turn.directory };
    return { before: [measured], measured };
  },
};

export const oneFileChanged: Scenario = {
  name: 'one-file',
  title: 'the same project after one source file changed',
  times: 5,
  prepare(turn) {
    writeProject(turn);
    const measured = { directory: turn.directory };
    const file = join(turn.directory, 'src/d2/f42');
    return { before: [measured], change: () => appendFileSync(file, turn.seed), measured };
  },
};
