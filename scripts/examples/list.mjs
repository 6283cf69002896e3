// The projects in examples/: what each shows, how to check that it works, which line to change.

/**
 * @typedef {object} Example
 * @property {string} name its directory
 * @property {string} text one line for the table
 * @property {string[]} [bases] besides debian:bookworm-slim
 * @property {'output' | 'http'} answers how: on standard output, or to a request for `path`
 * @property {string} [path]
 * @property {string} [port] the variable that sets its port, if not PORT
 * @property {string} expect text in the answer
 * @property {string} [test] of `optimize`, where the output depends on the rest of the image
 * @property {readonly [file: string, from: string, to: string]} change the line to change; replaces `from` with `to` in `expect` too
 * @property {boolean} [reproducible] with SOURCE_DATE_EPOCH, every build gives the same image, under every isolation
 * @property {Record<string, string>} [cannot] machine of `examples:isolations` → why it cannot be built there
 * @property {string} [otherPlatform] a second platform to build for, where it answers `otherAnswer`
 * @property {string} [otherAnswer]
 * @property {(services: import('./services.mjs').Services) => Promise<BuildExtras>} [prepare]
 *
 * @typedef {object} BuildExtras
 * @property {string[]} args arguments of `lamina build`
 * @property {string[]} naiveArgs arguments of the single-stage build
 * @property {Record<string, string>} env
 * @property {string} [hidden] text that must not be anywhere in the image
 * @property {string} [keyFile] what the ssh agent holds
 */

/** @type {readonly Example[]} */
export const examples = [
  {
    name: 'hello-go',
    text: 'Static Go program on scratch',
    answers: 'output',
    expect: 'Hello from a linux/',
    test: '/hello',
    otherPlatform: 'linux/arm64',
    otherAnswer: 'Hello from a linux/arm64 image',
    reproducible: true,
    change: ['main.go', 'Hello from a', 'Hello again from a'],
  },
  {
    name: 'go-distroless',
    bases: ['gcr.io/distroless/static-debian12:nonroot'],
    text: 'Go service with a module, on a distroless base with certificates, time zones and a user',
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
    text: 'TypeScript service: stages for dependencies, compiler and final image; `npm ci`; neither npm nor a shell in the image',
    answers: 'http',
    path: '/',
    expect: 'Hello from TypeScript',
    reproducible: true,
    change: ['src/app.ts', 'Hello from', 'Hello again from'],
  },
  {
    name: 'node-pnpm',
    bases: ['gcr.io/distroless/nodejs18-debian12:nonroot'],
    text: 'Node.js program with pnpm and esbuild',
    answers: 'output',
    expect: 'Hello from pnpm',
    reproducible: true,
    change: ['src/main.js', 'Hello from', 'Hello again from'],
  },
  {
    name: 'python-wheels',
    text: 'Starlette service with uvicorn; a C extension is built as a wheel, and wheels are mounted, not copied; `useradd`',
    answers: 'http',
    path: '/',
    port: 'UVICORN_PORT',
    expect: 'Hello from wheels',
    change: ['app/main.py', 'Hello from', 'Hello again from'],
  },
  {
    name: 'python-venv',
    bases: ['gcr.io/distroless/python3-debian12:nonroot'],
    text: 'FastAPI service with uvicorn, in a virtual environment on a distroless Python',
    answers: 'http',
    path: '/',
    port: 'UVICORN_PORT',
    expect: 'Hello from a virtual environment',
    reproducible: true,
    change: ['app/main.py', 'Hello from', 'Hello again from'],
  },
  {
    name: 'java-maven',
    text: 'Java service: Maven, and a custom runtime made with jlink',
    answers: 'http',
    path: '/',
    expect: 'Hello from Java',
    reproducible: true,
    cannot: {
      container: 'Java finds itself by /proc/self, which --isolation=chroot does not have',
    },
    change: ['src/main/java/example/Main.java', 'Hello from', 'Hello again from'],
  },
  {
    name: 'fullstack',
    text: 'Front end (npm, esbuild) and Go back end, built in parallel',
    answers: 'http',
    path: '/api/hello',
    expect: 'Hello from the back end',
    reproducible: true,
    change: ['server/main.go', 'Hello from', 'Hello again from'],
  },
  {
    name: 'heredoc-hello',
    text: 'A whole program in here-documents of the Dockerfile',
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
    reproducible: true,
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
    text: 'A private repository, cloned with your ssh agent: `RUN --mount=type=ssh`',
    answers: 'output',
    expect: 'Cloned by ssh: only with the key',
    reproducible: true,
    change: ['show.sh', 'Cloned by', 'Cloned again by'],
    prepare: async ({ privateRepository }) => {
      const { url, knownHosts, agent, key, keyFile } = await privateRepository('only with the key');
      const args = ['--build-arg', `REPOSITORY=${url}`, '--build-arg', `KNOWN_HOSTS=${knownHosts}`];
      args.push('--ssh', `default=${agent}`);
      return { args, naiveArgs: args, env: {}, hidden: key, keyFile };
    },
  },
  {
    name: 'private-ca',
    bases: ['debian:trixie-slim'],
    text: 'Behind a proxy that intercepts TLS: apt-get and wget trust its authority, without a trace in the image',
    answers: 'output',
    expect: 'Fetched through the gateway: only with its authority',
    reproducible: true,
    change: ['show.sh', 'Fetched through', 'Fetched again through'],
    prepare: async ({ gateway }) => {
      const { url, authority, line } = await gateway('only with its authority');
      const args = ['--build-arg', `GATEWAY=${url}`, '--ca-certificates', authority];
      return { args, naiveArgs: args, env: {}, hidden: line };
    },
  },
];
