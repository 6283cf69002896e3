/**
 * This machine's apt with a state of its own: it knows the given mirrors only, nothing is installed in it, and the
 * machine's own state is not touched. It checks signatures and digests as ever.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../environment.ts';
import { AbortedError, AppError } from '../../errors.ts';
import type { Emit, StepInfo } from '../../progress/index.ts';
import { type AptOption, aptLine } from '../apt-options.ts';
import type { DebianSource } from '../debian-mirror.ts';
import { findProgram } from '../programs.ts';
import { sourceLines } from '../recipe.ts';
import { type PackageRecord, parseStanzas } from './stanzas.ts';

export interface PrivateAptOptions {
  /** An empty directory, removed by the caller. */
  readonly directory: string;
  readonly sources: readonly DebianSource[];
  /** Debian's name. */
  readonly architecture: string;
  readonly aptOptions: readonly AptOption[];
  readonly env: Environment;
  readonly step: StepInfo;
  readonly emit: Emit | undefined;
  readonly signal: AbortSignal | undefined;
}

const KEPT_OUTPUT = 20;
const MAX_ANSWER = 64 << 20;

export class PrivateApt {
  readonly #options: PrivateAptOptions;

  private constructor(options: PrivateAptOptions) {
    this.#options = options;
  }

  /** @throws AppError BASE_TOOL_MISSING, BASE_FAILED; AbortedError */
  static async open(options: PrivateAptOptions): Promise<PrivateApt> {
    for (const tool of ['apt-get', 'apt-cache', 'dpkg-deb']) await requireTool(tool, options.env);
    const { directory, sources } = options;
    await mkdir(join(directory, 'lists/partial'), { recursive: true });
    await mkdir(join(directory, 'cache/archives/partial'), { recursive: true });
    await mkdir(join(directory, 'debs'));
    await writeFile(join(directory, 'status'), '');
    await writeFile(
      join(directory, 'sources.list'),
      `${sources.flatMap(sourceLines).join('\n')}\n`,
    );
    await writeFile(join(directory, 'apt.conf'), configuration(options));
    const apt = new PrivateApt(options);
    await apt.#run(['update'], directory);
    return apt;
  }

  /** The newest version of each package there is. */
  async lookUp(names: readonly string[]): Promise<readonly PackageRecord[]> {
    const args = ['show', '--no-all-versions', '--', ...names];
    const options = { env: this.#environment(), maxBuffer: MAX_ANSWER };
    const { stdout } = await promisify(execFile)('apt-cache', args, options).catch(
      (error: unknown) => {
        // Without a single one of these packages it ends with a failure, and says nothing.
        if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
        throw error;
      },
    );
    return parseStanzas(stdout);
  }

  /** @returns paths of the packages' files, in the order of their names */
  async download(packages: readonly PackageRecord[]): Promise<readonly string[]> {
    const directory = join(this.#options.directory, 'debs');
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    await this.#run(['download', ...wanted], directory);
    return (await readdir(directory)).sort().map((name) => join(directory, name));
  }

  async #run(args: readonly string[], cwd: string): Promise<void> {
    const { signal, emit, step } = this.#options;
    if (isAborted(signal)) throw new AbortedError();
    const child = spawn('apt-get', ['-q', ...args], {
      cwd,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    const tail: string[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (data: Buffer) => {
        emit?.({ kind: 'step.log', time: Date.now(), step, stream, data });
        tail.push(
          ...data
            .toString()
            .split('\n')
            .filter((line) => line.trim() !== ''),
        );
        tail.splice(0, tail.length - KEPT_OUTPUT);
      });
    }
    child.on('error', () => undefined);
    const [code] = await once(child, 'close');
    if (isAborted(signal)) throw new AbortedError();
    if (code !== 0) throw failed(args[0] ?? '', code, tail);
  }

  #environment(): Environment {
    return {
      ...this.#options.env,
      LC_ALL: 'C.UTF-8',
      APT_CONFIG: join(this.#options.directory, 'apt.conf'),
    };
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function configuration({ directory, architecture, aptOptions }: PrivateAptOptions): string {
  const at = (name: string, path: string) => `${name} "${join(directory, path)}";`;
  return [
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    at('Dir::State', '.'),
    at('Dir::State::lists', 'lists'),
    at('Dir::State::status', 'status'),
    at('Dir::Cache', 'cache'),
    at('Dir::Etc::sourcelist', 'sources.list'),
    // What this machine does after an update or a download is its own business.
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::main "/dev/null";',
    'APT::Sandbox::User "root";',
    'APT::Install-Recommends "false";',
    'Acquire::Languages "none";',
    ...aptOptions.map(aptLine),
    '',
  ].join('\n');
}

async function requireTool(name: string, env: Environment): Promise<void> {
  if ((await findProgram(name, env)) !== undefined) return;
  throw new AppError('BASE_TOOL_MISSING', `making this base image needs ${name}`, {
    hint: 'create it on a Debian system, or load an image: lamina load -i FILE',
  });
}

function failed(verb: string, code: unknown, tail: readonly string[]): AppError {
  const fault = tail.findLast((line) => /^E: /.test(line))?.slice('E: '.length);
  return new AppError(
    'BASE_FAILED',
    `apt-get ${verb} failed with exit code ${code}${fault === undefined ? '' : `: ${fault}`}`,
    {
      hint: 'check its output above, or set another mirror with --mirror',
      details: { outputTail: [...tail] },
    },
  );
}
