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
const inProject = (name, ...words) => ['sh', '-c', `cd ${name} && exec "$@"`, 'sh', ...words];

/** @type {readonly Generated[]} */
export const generated = [
  {
    ...{ name: 'vite-react', port: 8080, expect: '<div id="root">' },
    commands: [vite('vite-react', 'react-ts')],
  },
  {
    ...{ name: 'vite-pnpm', port: 8080, expect: '<div id="app">' },
    commands: [
      vite('vite-pnpm', 'vue-ts'),
      inProject('vite-pnpm', ...npx('pnpm@10', 'install', '--lockfile-only')),
    ],
  },
  {
    ...{ name: 'vue', port: 8080, expect: '<div id="app">' },
    commands: [npx('create-vue@latest', 'vue', '--default', '--bare')],
  },
  {
    ...{ name: 'sveltekit', port: 3000, expect: 'Welcome to SvelteKit' },
    commands: [
      npx(
        ...['sv@latest', 'create', 'sveltekit', '--template', 'minimal', '--types', 'ts'],
        ...['--add', 'sveltekit-adapter=adapter:node', '--no-install'],
      ),
    ],
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
  {
    ...{ name: 'django', port: 8000, expect: 'The install worked successfully' },
    commands: [
      ['mkdir', 'django'],
      ['pip:django-admin', 'startproject', 'shop', 'django'],
    ],
  },
  {
    ...{ name: 'uv-app', expect: 'Hello from uv-app!' },
    commands: [['pip:uv', 'init', '--no-workspace', '--vcs', 'none', 'uv-app']],
  },
  {
    ...{ name: 'go-app', port: 8080, expect: 'Hello from Go' },
    commands: [['mkdir', 'go-app'], inProject('go-app', 'go', 'mod', 'init', 'example.test/hello')],
    files: {
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n\nfunc main() {\n\thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Hello from Go") })\n\tpanic(http.ListenAndServe(":8080", nil))\n}\n',
    },
  },
  {
    // The usual template loads fonts from a server while it is built.
    ...{ name: 'next', port: 3000, expect: 'Hello world!' },
    commands: [
      npx(
        ...['create-next-app@latest', 'next', '--empty', '--ts', '--app', '--no-tailwind'],
        ...['--no-linter', '--no-src-dir', '--no-react-compiler', '--import-alias', '@/*'],
        ...['--use-npm', '--skip-install', '--disable-git', '--yes'],
      ),
    ],
  },
  {
    ...{ name: 'angular', port: 8080, expect: '<app-root>' },
    commands: [
      npx(
        ...['@angular/cli@20.3.39', 'new', 'angular', '--defaults', '--skip-install', '--skip-git'],
      ),
    ],
  },
  {
    ...{ name: 'docusaurus', port: 8080, expect: 'Docusaurus' },
    commands: [
      npx(
        ...['create-docusaurus@3', 'docusaurus', 'classic', '--javascript', '--skip-install'],
        ...['--package-manager', 'npm'],
      ),
    ],
  },
  {
    ...{ name: 'cargo-app', expect: 'Hello, world!' },
    commands: [['cargo', 'new', '--quiet', '--vcs', 'none', 'cargo-app']],
  },
  {
    ...{ name: 'maven-app', expect: 'Hello World!' },
    commands: [
      [
        ...['mvn', '--batch-mode', '--quiet', 'archetype:generate', '-DgroupId=example'],
        ...['-DartifactId=maven-app', '-DarchetypeArtifactId=maven-archetype-quickstart'],
        '-DarchetypeVersion=1.5',
      ],
    ],
  },
];
