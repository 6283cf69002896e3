// The projects under examples/: what each shows, how to tell that it works, which line to change.

/**
 * @typedef {object} Example
 * @property {string} name its directory
 * @property {string} text one line for the table
 * @property {string[]} [bases] besides debian:bookworm-slim
 * @property {'output' | 'http'} answers how: on standard output, or to a request for `path`
 * @property {string} [path]
 * @property {string} [port] the variable that says where it listens, if not PORT
 * @property {string} expect is in the answer
 * @property {readonly [file: string, from: string, to: string]} change the one line; where `from` is in `expect`, `to` is afterwards
 * @property {boolean} [reproducible] nothing a package manager wrote is in the image: it is the same in every build
 * @property {string} [otherPlatform] can be built for it too, and then says `otherAnswer`
 * @property {string} [otherAnswer]
 * @property {(services: import('./services.mjs').Services) => Promise<BuildExtras>} [prepare]
 *
 * @typedef {object} BuildExtras
 * @property {string[]} args of `lamina build`
 * @property {string[]} naiveArgs of the single-stage twin
 * @property {Record<string, string>} env
 * @property {string} [hidden] must be nowhere in the image
 */

/** @type {readonly Example[]} */
export const examples = [
  {
    name: 'hello-go',
    text: 'Go program, nothing else: from scratch',
    answers: 'output',
    expect: 'Hello from a linux/',
    otherPlatform: 'linux/arm64',
    otherAnswer: 'Hello from a linux/arm64 image',
    reproducible: true,
    change: ['main.go', 'Hello from a', 'Hello again from a'],
  },
  {
    name: 'go-distroless',
    bases: ['gcr.io/distroless/static-debian12:nonroot'],
    text: 'Go service with a module, on a base with certificates, time zones and a user, without a shell',
    answers: 'http',
    path: '/',
    expect: 'Hello from a distroless image: Europe/Madrid',
    otherPlatform: 'linux/arm64',
    otherAnswer: 'Hello from a distroless image: Europe/Madrid',
    reproducible: true,
    change: ['main.go', 'Hello from', 'Hello again from'],
  },
  {
    name: 'node-service',
    bases: ['gcr.io/distroless/nodejs18-debian12:nonroot'],
    text: 'TypeScript service: stages for dependencies, compiler and product; `npm ci`; neither npm nor a shell in the product',
    answers: 'http',
    path: '/',
    expect: 'Hello from TypeScript',
    change: ['src/app.ts', 'Hello from', 'Hello again from'],
  },
  {
    name: 'node-pnpm',
    bases: ['gcr.io/distroless/nodejs18-debian12:nonroot'],
    text: 'Node.js program with pnpm and esbuild',
    answers: 'output',
    expect: 'Hello from pnpm',
    change: ['src/main.js', 'Hello from', 'Hello again from'],
  },
  {
    name: 'python-wheels',
    text: 'Starlette service under uvicorn; a C extension becomes a wheel, the wheels are mounted, not copied; `useradd`',
    answers: 'http',
    path: '/',
    port: 'UVICORN_PORT',
    expect: 'Hello from wheels',
    change: ['app/main.py', 'Hello from', 'Hello again from'],
  },
  {
    name: 'python-venv',
    bases: ['gcr.io/distroless/python3-debian12:nonroot'],
    text: 'FastAPI service under uvicorn, in a virtual environment, on a Python without a shell',
    answers: 'http',
    path: '/',
    port: 'UVICORN_PORT',
    expect: 'Hello from a virtual environment',
    change: ['app/main.py', 'Hello from', 'Hello again from'],
  },
  {
    name: 'java-maven',
    text: 'Java service: Maven, then a runtime of its own by jlink',
    answers: 'http',
    path: '/',
    expect: 'Hello from Java',
    change: ['src/main/java/example/Main.java', 'Hello from', 'Hello again from'],
  },
  {
    name: 'fullstack',
    text: 'Front end (npm, esbuild) and Go back end, built at the same time',
    answers: 'http',
    path: '/api/hello',
    expect: 'Hello from the back end',
    reproducible: true,
    change: ['server/main.go', 'Hello from', 'Hello again from'],
  },
  {
    name: 'heredoc-hello',
    text: 'The whole program in here-documents of the Dockerfile',
    answers: 'output',
    expect: 'Hello from a here-document',
    reproducible: true,
    change: ['Dockerfile', 'Hello from', 'Hello again from'],
  },
  {
    name: 'secrets',
    text: 'A download that needs a token: `RUN --mount=type=secret`',
    answers: 'output',
    expect: 'Fetched with a secret: only with the token',
    change: ['show.sh', 'Fetched with', 'Fetched again with'],
    prepare: async ({ privateDownload }) => {
      const { url, token } = await privateDownload('only with the token');
      const source = ['--build-arg', `SOURCE=${url}`];
      return {
        args: [...source, '--secret', 'id=token,env=EXAMPLE_TOKEN'],
        naiveArgs: [...source, '--build-arg', `TOKEN=${token}`],
        env: { EXAMPLE_TOKEN: token },
        hidden: token,
      };
    },
  },
  {
    name: 'ssh-git',
    text: 'A private repository cloned with the builder’s ssh agent: `RUN --mount=type=ssh`',
    answers: 'output',
    expect: 'Cloned by ssh: only with the key',
    change: ['show.sh', 'Cloned by', 'Cloned again by'],
    prepare: async ({ privateRepository }) => {
      const { url, knownHosts, agent, key } = await privateRepository('only with the key');
      const args = ['--build-arg', `REPOSITORY=${url}`, '--build-arg', `KNOWN_HOSTS=${knownHosts}`];
      args.push('--ssh', `default=${agent}`);
      return { args, naiveArgs: args, env: {}, hidden: key };
    },
  },
  {
    name: 'private-ca',
    bases: ['debian:trixie-slim'],
    text: 'Behind a proxy that opens TLS: apt-get and wget trust its authority, the image does not learn of it',
    answers: 'output',
    expect: 'Fetched through the gateway: only with its authority',
    change: ['show.sh', 'Fetched through', 'Fetched again through'],
    prepare: async ({ gateway }) => {
      const { url, authority, line } = await gateway('only with its authority');
      const args = ['--build-arg', `GATEWAY=${url}`, '--ca-certificates', authority];
      return { args, naiveArgs: args, env: {}, hidden: line };
    },
  },
];
