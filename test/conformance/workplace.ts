/** What both builders are given: the case written to the disk, base images, a server for remote files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stepsOf } from '../support/cli.ts';
import { type BaseLayout, writeBaseLayouts } from './base-images.ts';
import type { CaseOptions, ConformanceCase, ContextFiles, ContextSource, Outcome } from './case.ts';
import { makeRepositories, makeRepositoryOf } from './git-repositories.ts';
import { RemoteFiles } from './remote-files.ts';
import { SshRemote } from './ssh-remote.ts';
import { writeFiles } from './write-files.ts';

export interface WrittenCase {
  readonly directory: string;
  readonly context: string;
  /** Where the context is if it is no directory. */
  readonly remote?: { readonly url: string; readonly stdin?: Uint8Array };
  readonly dockerfile: string;
  /** Name → directory, or the reference as written. */
  readonly contexts: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Id → the agent's socket. */
  readonly ssh: Readonly<Record<string, string>>;
  /** Where the builder is to write its OCI layout. */
  readonly output: string;
}

/** A directory for the cases of one run, with the base images and the server of remote files. */
export class Workplace implements AsyncDisposable {
  readonly directory: string;
  readonly bases: readonly BaseLayout[];
  readonly baseDiffId: string;
  readonly #remote: RemoteFiles;
  readonly #ssh: SshRemote;
  #commit: string | undefined;
  #count = 0;

  private constructor(directory: string, remote: RemoteFiles, ssh: SshRemote) {
    this.directory = directory;
    this.#remote = remote;
    this.#ssh = ssh;
    this.bases = writeBaseLayouts(join(directory, 'bases'));
    this.baseDiffId = baseDiffId(this.bases);
  }

  /** @param uid the user who builds. Default: of this process */
  static async open(directory: string, uid?: number): Promise<Workplace> {
    mkdirSync(directory, { recursive: true });
    const ssh = await SshRemote.open(directory, uid);
    return new Workplace(directory, await RemoteFiles.open(directory), ssh);
  }

  /** Writes a case; `remove` removes it again. */
  write({ dockerfile, files = {}, options = {} }: ConformanceCase): WrittenCase {
    const name = `case-${this.#count++}`;
    const directory = join(this.directory, name);
    const context = join(directory, 'context');
    writeFiles(context, files);
    const isInside = options.inContext !== undefined || options.context !== undefined;
    const path = join(isInside ? context : directory, options.inContext ?? 'Dockerfile');
    writeFileSync(path, dockerfile);
    return {
      directory,
      context,
      ...(options.context && { remote: this.#writeRemote(options.context, name, context, path) }),
      dockerfile: path,
      contexts: this.#writeContexts(directory, options.contexts ?? {}),
      ...this.#writeGiven(name, options),
      buildArgs: {
        ...options.buildArgs,
        ...(options.served && { FILES: `${this.#remote.address}/${name}` }),
        ...(options.git && { GIT: this.#gitAddress(options.git), COMMIT: this.#repositories() }),
      },
      output: join(directory, 'output'),
    };
  }

  /** Changes a written case to its second build. */
  change(written: WrittenCase, { options, second = {} }: ConformanceCase): WrittenCase {
    writeFiles(written.context, second.files ?? {});
    if (second.dockerfile !== undefined) writeFileSync(written.dockerfile, second.dockerfile);
    const name = written.directory.slice(this.directory.length + 1);
    return {
      ...written,
      ...this.#writeGiven(name, { ...options, ...second.options }),
      buildArgs: { ...written.buildArgs, ...second.buildArgs },
    };
  }

  /** Replacements for a second build. */
  #writeGiven(name: string, options: CaseOptions) {
    const { served = {}, secrets = {}, ssh = [], sshWithKey = [] } = options;
    for (const [path, file] of Object.entries(served)) this.#remote.serve(`/${name}/${path}`, file);
    return {
      secrets: writeSecrets(join(this.directory, name), secrets),
      ssh: Object.fromEntries([
        ...ssh.map((id) => [id, this.#ssh.agentSocket('empty')]),
        ...sshWithKey.map((id) => [id, this.#ssh.agentSocket('key')]),
      ]),
    };
  }

  #writeContexts(directory: string, contexts: Readonly<Record<string, ContextFiles | string>>) {
    const entries = Object.entries(contexts).map(([name, files], index) => {
      if (typeof files === 'string') return [name, this.#withAddress(files)] as const;
      const path = join(directory, `context-${index}`);
      writeFiles(path, files);
      return [name, path] as const;
    });
    return Object.fromEntries(entries);
  }

  /** References of named contexts may begin with `$GIT`. */
  #withAddress(reference: string): string {
    if (!reference.startsWith('$GIT')) return reference;
    this.#repositories();
    return reference.replace('$GIT', `${this.#remote.address}/git`);
  }

  #writeRemote(
    { by, suffix = '' }: ContextSource,
    name: string,
    context: string,
    dockerfile: string,
  ) {
    if (by === 'git') {
      makeRepositoryOf(context, join(this.directory, name, 'context.git'));
      return { url: `${this.#remote.address}/${name}/context.git${suffix}` };
    }
    const content =
      by === 'http Dockerfile' ? readFileSync(dockerfile) : packed(context, by === 'http tar.gz');
    this.#remote.serve(`/${name}/context`, { content });
    const url = `${this.#remote.address}/${name}/context${suffix}`;
    return { url, ...(by === 'stdin' && { stdin: content }) };
  }

  #gitAddress(way: true | 'by ssh'): string {
    if (way === true) return `${this.#remote.address}/git`;
    return `${this.#ssh.address}${this.directory}/git`;
  }

  #repositories(): string {
    this.#commit ??= makeRepositories(join(this.directory, 'git'));
    return this.#commit;
  }

  remove({ directory }: WrittenCase): void {
    rmSync(directory, { recursive: true, force: true });
  }

  /** The outcome without what differs between runs. */
  settled(outcome: Outcome, written: WrittenCase): Outcome {
    const name = written.directory.slice(this.directory.length + 1);
    const text = JSON.stringify(outcome)
      .replaceAll(written.directory, '/case')
      .replaceAll(/ssh:\/\/\w+@127\.0\.0\.1:\d+\/[^"\s]*?\/git\//g, 'ssh://git.test/')
      .replaceAll(`${this.#ssh.address}${this.directory}/git`, 'ssh://git.test')
      .replaceAll(`${this.directory}/git`, '/git')
      .replaceAll(`${this.#remote.address}/${name}`, 'http://files.test')
      .replaceAll(this.#remote.address, 'http://files.test');
    return JSON.parse(text) as Outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ssh[Symbol.asyncDispose]();
    await this.#remote[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** An archive of a directory whose members belong to somebody. */
function packed(directory: string, isCompressed: boolean): Uint8Array {
  const owner = ['--numeric-owner', '--owner=7', '--group=8', '--sort=name'];
  const archive = execFileSync('tar', ['-c', ...owner, '-C', directory, '.']);
  return isCompressed ? gzipSync(archive) : archive;
}

function writeSecrets(directory: string, secrets: Readonly<Record<string, string>>) {
  const entries = Object.entries(secrets).map(([id, content], index) => {
    const path = join(directory, `secret-${index}`);
    writeFileSync(path, content);
    return [id, path] as const;
  });
  return Object.fromEntries(entries);
}

function baseDiffId([base]: readonly BaseLayout[]): string {
  if (base === undefined) throw new Error('there are no base images');
  const read = (path: string) => JSON.parse(readFileSync(join(base.directory, path), 'utf8'));
  const path = (digest: string) => `blobs/${digest.replace(':', '/')}`;
  return read(path(read(path(base.digest)).config.digest)).rootfs.diff_ids[0];
}

/** Says whether an expectation was recorded for the case as it is now. */
export function fingerprint(each: ConformanceCase): string {
  const { dockerfile, files, options, layers, second, times } = each;
  const more = [...(second ? [second] : []), ...(times ? [{ times }] : [])];
  const parts = [dockerfile.toString(), files, options, layers, ...more];
  const text = JSON.stringify(parts, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The steps of a build's log that Dockerfile instructions made, without FROM and what is fetched. */
export function stepLines(log: string): string[] {
  const { cached, run } = stepsOf(log);
  const lines = (kind: string, names: readonly string[]) =>
    names.flatMap((name) => {
      const instruction = /^\[(?:\S+ )?\d+\/\d+\] (?!FROM|ADD (?:--\S+ )*http)(.*)$/.exec(
        name,
      )?.[1];
      return instruction === undefined ? [] : [`${kind} ${instruction}`];
    });
  return [...lines('cached', cached), ...lines('run', run)].sort();
}
