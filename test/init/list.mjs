// Projects that the generators of ecosystems make, for `lamina init`: how each is made, and what its image answers.

/**
 * @typedef {object} Generated
 * @property {string} name the directory that the commands make
 * @property {readonly (readonly string[])[]} commands run one after the other, beside the project; `pip:TOOL` is one that pip
 *   installs
 * @property {Readonly<Record<string, string>>} [files] written into the project afterwards, where a generator leaves the program
 *   to people
 * @property {number} [port] where the image listens; none: its output is the answer
 * @property {string} expect text in the answer to a request for `/`, or in the output
 * @property {Readonly<Record<string, string>>} [environment] of the container
 */

const npx = (name, ...words) => ['npx', '--yes', name, ...words];
const vite = (name, template) =>
  npx('create-vite@latest', name, '--template', template, '--no-interactive');

/** @type {readonly Generated[]} */
export const generated = [
  {
    ...{ name: 'vite-react', port: 8080, expect: '<div id="root">' },
    commands: [vite('vite-react', 'react-ts')],
  },
  {
    ...{ name: 'vue', port: 8080, expect: '<div id="app">' },
    commands: [npx('create-vue@latest', 'vue', '--default', '--bare')],
  },
  {
    ...{ name: 'express', port: 3000, expect: 'Welcome to Express' },
    commands: [npx('express-generator@4', '--no-view', 'express')],
  },
  {
    ...{ name: 'fastify', port: 3000, expect: '"root":true' },
    commands: [npx('fastify-cli@7', 'generate', 'fastify')],
  },
  {
    ...{ name: 'nest', port: 3000, expect: 'Hello World!' },
    commands: [
      npx(
        ...['@nestjs/cli@11', 'new', 'nest', '--skip-install', '--skip-git'],
        ...['--package-manager', 'npm'],
      ),
    ],
  },
];
