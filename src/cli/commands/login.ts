import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';

const DOCKER_HUB = 'https://index.docker.io/v1/';

export const loginCommand = defineCommand({
  usage: '[OPTIONS] [SERVER]',
  summary: 'log in to a registry',
  description: [
    'Checks the login with the registry (default: Docker Hub), and saves it where Docker does: in the credential helper that ' +
      '`~/.docker/config.json` names, or else in that file. With REGISTRY_AUTH_FILE, saves it there, as Podman does.',
  ],
  flags: {
    username: { kind: 'text', short: 'u', value: 'name', help: 'user name' },
    password: {
      kind: 'text',
      short: 'p',
      value: 'password',
      help: 'password or token; other users can see it in the process list',
    },
    'password-stdin': { kind: 'switch', help: 'read the password from standard input' },
  },
  args: [0, 1],
  examples: [
    {
      command: 'lamina login -u me --password-stdin registry.example.com < token',
      text: 'log in with a token from a file',
    },
  ],
  async run({ flags, args, given }, context) {
    const { io, signal } = context;
    const [server] = args;
    const { username, password } = flags;
    if (given.has('password')) {
      await io.stderr.write(
        'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n',
      );
      if (flags['password-stdin']) {
        throw usage('--password and --password-stdin are mutually exclusive');
      }
    }
    if (flags['password-stdin'] && (username ?? '') === '') {
      throw usage('must provide --username with --password-stdin');
    }
    const api = await context.api();
    if (username === undefined && password === undefined) {
      const known = await api.login({ server, login: undefined, signal });
      if (known.succeeded) {
        await io.stderr.write('Authenticating with existing credentials...\n');
        await io.stdout.write('Login Succeeded\n');
        return 0;
      }
    }
    const login = flags['password-stdin']
      ? { username: username ?? '', password: await fromStdin(context) }
      : await ask(context, { server, username, password });
    const { unencryptedFile } = await api.login({ server, login, signal });
    if (unencryptedFile !== undefined) await io.stderr.write(unencrypted(unencryptedFile));
    await io.stdout.write('Login Succeeded\n');
    return 0;
  },
});

/** Bytes; access tokens have some thousand. */
const LONGEST = 1 << 20;

/** The newline at the end of a file is not part of the password. */
async function fromStdin({ io }: CommandContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of io.stdin()) {
    size += chunk.length;
    if (size > LONGEST) {
      throw new AppError('CLI_USAGE', 'standard input is too long for a password', {
        expected: `at most ${LONGEST} bytes`,
      });
    }
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/[\r\n]+$/, '');
}

interface Known {
  readonly server: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

async function ask({ io }: CommandContext, { server, username, password }: Known) {
  if (username !== undefined && password !== undefined) return { username, password };
  if (!io.stdinIsTerminal) {
    throw usage('cannot perform an interactive login from a non TTY device');
  }
  if (username === undefined && server === undefined) {
    await io.stderr.write(`Log in to Docker Hub (${DOCKER_HUB})\n`);
  }
  const name = username ?? (await io.question('Username: '))?.trim() ?? '';
  if (name === '') throw usage('username is required');
  const secret = password ?? (await io.secret('Password: ')) ?? '';
  if (secret === '') throw usage('password is required');
  return { username: name, password: secret };
}

function unencrypted(path: string): string {
  return `
WARNING! Your credentials are stored unencrypted in '${path}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

`;
}

function usage(problem: string): AppError {
  return new AppError('CLI_USAGE', problem, {
    expected: 'lamina login -u NAME --password-stdin [SERVER] < FILE, or a terminal to ask on',
    hint: "see 'lamina login --help'",
  });
}
