// examples/README.md: a table that the examples' own builds fill in.
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
 * The table of what was measured.
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

Small projects as they are in real life: packages are downloaded in RUN, the product runs as an ordinary user, services have a
HEALTHCHECK, and what the build does not need is in \`.dockerignore\`. Beside each \`Dockerfile\` lies \`Dockerfile.naive\`, the same in one stage.

    npm run examples                    builds and tries all of them, and shows sizes and times
    npm run examples -- fullstack       one of them
    npm run examples -- --write         and writes the table below
    lamina build -t hello examples/hello-go

They stand on \`debian:bookworm-slim\` (one on \`trixie-slim\`) and on \`static\`, \`nodejs\` and \`python\` of \`gcr.io/distroless\`. All of these \`lamina base\` makes
from Debian packages; what it has not made comes from the registries.
Where downloads go through a proxy with a certificate of its own, build with \`--ca-certificates host\`, as \`npm run examples\` does.
`;

const HEADER = `| example | what it shows | naive | multi-stage | factor | cold | warm | one line changed |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |`;

const NOTES = `Sizes are bytes of file content. *Cold*: a new store that has only the base images, so that everything is run and downloaded, and caches of mounts are empty;
*warm*: nothing has changed; *one line changed*: a line of source is another one, and so is the answer. Wall-clock times of the whole command, start of Node.js included,
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
