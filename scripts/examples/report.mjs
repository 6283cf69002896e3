// examples/README.md, with a table of measured builds.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { root } from '../host.mjs';

const FILE = `${root}examples/README.md`;

/**
 * Writes the table; rows of examples that were not built stay as they are.
 * @param {readonly import('./list.mjs').Example[]} examples
 * @param {ReadonlyMap<string, import('../examples.mjs').Measured>} measured
 */
export function writeReport(examples, measured) {
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const rows = examples.flatMap((example) => {
    const result = measured.get(example.name);
    if (result !== undefined) return [row(example, result)];
    return before.split('\n').filter((line) => line.startsWith(`| [${example.name}](`));
  });
  writeFileSync(FILE, [INTRODUCTION, HEADER, ...rows, '', NOTES, ''].join('\n'));
}

/**
 * The table of the measured builds.
 * @param {readonly import('./list.mjs').Example[]} examples
 * @param {ReadonlyMap<string, import('../examples.mjs').Measured>} measured
 */
export function reportTable(examples, measured) {
  const rows = examples.flatMap((example) => {
    const result = measured.get(example.name);
    return result === undefined ? [] : [row(example, result)];
  });
  return `${[HEADER, ...rows].join('\n')}\n`;
}

const INTRODUCTION = `# Examples

Small but realistic projects: RUN downloads packages, the final image runs as an ordinary user, services have a
HEALTHCHECK, and \`.dockerignore\` lists what the build does not need. Next to each \`Dockerfile\`, \`Dockerfile.naive\` builds the same in one stage.

    npm run examples                    build and test all examples, and show sizes and times
    npm run examples -- fullstack       one example
    npm run examples -- --write         also update the table below
    lamina build -t hello examples/hello-go

The base images are \`debian:bookworm-slim\` (\`trixie-slim\` in one example) and \`static\`, \`nodejs\` and \`python\` of \`gcr.io/distroless\`. \`lamina base\` can create all of
them from Debian packages; otherwise lamina pulls them from their registries.
If your downloads go through a proxy with its own certificate, build with \`--ca-certificates host\`, as \`npm run examples\` does.
`;

const HEADER = `| example | what it shows | naive | multi-stage | factor | cold | warm | one line changed |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |`;

const NOTES = `Sizes are bytes of file content. *Cold*: in a new store with only the base images, so every step runs, everything is downloaded, and cache mounts are empty;
*warm*: nothing has changed; *one line changed*: one line of source has changed, and the program's answer with it. Times are wall-clock times of the whole command, including the start of Node.js,
on a machine with ${availableParallelism()} cores.`;

function row({ name, text }, { naive, multi, cold, warm, changed }) {
  const factor = naive / multi;
  const cells = [
    `[${name}](${name}/)`,
    text,
    megabytes(naive),
    megabytes(multi),
    `${factor < 10 ? factor.toFixed(1) : Math.round(factor)} ×`,
    seconds(cold),
    seconds(warm),
    seconds(changed),
  ];
  return `| ${cells.join(' | ')} |`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
