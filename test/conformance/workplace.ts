/** What both builders are given: the case written to the disk, base images, a server for remote files. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stepsOf } from '../support/cli.ts';
import { type BaseLayout, writeBaseLayouts } from './base-images.ts';
import type { ConformanceCase, ContextFiles, Outcome, ServedFile } from './case.ts';
import { writeFiles } from './write-files.ts';

export interface WrittenCase {
  readonly directory: string;
  readonly context: string;
  readonly dockerfile: string;
  /** Name → directory, or the reference as written. */
  readonly contexts: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Where the builder is to write its OCI layout. */
  readonly output: string;
}

/** A directory for the cases of one run, with the base images and the server of remote files. */
export class Workplace implements AsyncDisposable {
  readonly directory: string;
  readonly bases: readonly BaseLayout[];
  readonly baseDiffId: string;
  readonly #server: Server;
  readonly #served = new Map<string, ServedFile>();
  #count = 0;

  private constructor(directory: string, server: Server) {
    this.directory = directory;
    this.#server = server;
    this.bases = writeBaseLayouts(join(directory, 'bases'));
    this.baseDiffId = baseDiffId(this.bases);
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async open(directory: string): Promise<Workplace> {
    mkdirSync(directory, { recursive: true });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Workplace(directory, server);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const served = this.#served.get(path);
    if (served === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { content, lastModified } =
      typeof served === 'string' ? { content: served, lastModified: undefined } : served;
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    const headers = { etag, ...(lastModified && { 'last-modified': lastModified }) };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : content);
  }

  get #address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Writes a case; the returned object removes it again. */
  write({ dockerfile, files = {}, options = {} }: ConformanceCase): WrittenCase {
    const number = this.#count++;
    const directory = join(this.directory, `case-${number}`);
    const context = join(directory, 'context');
    writeFiles(context, files);
    const path = join(
      options.inContext === undefined ? directory : context,
      options.inContext ?? 'Dockerfile',
    );
    writeFileSync(path, dockerfile);
    const served = Object.entries(options.served ?? {});
    for (const [name, file] of served) this.#served.set(`/case-${number}/${name}`, file);
    return {
      directory,
      context,
      dockerfile: path,
      contexts: this.#writeContexts(directory, options.contexts ?? {}),
      secrets: writeSecrets(directory, options.secrets ?? {}),
      buildArgs: {
        ...options.buildArgs,
        ...(served.length > 0 && { FILES: `${this.#address}/case-${number}` }),
      },
      output: join(directory, 'output'),
    };
  }

  /** Changes a written case to its second build. */
  change(written: WrittenCase, { second = {} }: ConformanceCase): WrittenCase {
    writeFiles(written.context, second.files ?? {});
    if (second.dockerfile !== undefined) writeFileSync(written.dockerfile, second.dockerfile);
    return { ...written, buildArgs: { ...written.buildArgs, ...second.buildArgs } };
  }

  #writeContexts(directory: string, contexts: Readonly<Record<string, ContextFiles | string>>) {
    const entries = Object.entries(contexts).map(([name, files], index) => {
      if (typeof files === 'string') return [name, files] as const;
      const path = join(directory, `context-${index}`);
      writeFiles(path, files);
      return [name, path] as const;
    });
    return Object.fromEntries(entries);
  }

  remove({ directory }: WrittenCase): void {
    rmSync(directory, { recursive: true, force: true });
  }

  /** The outcome without what differs between runs. */
  settled(outcome: Outcome, written: WrittenCase): Outcome {
    const address = written.buildArgs.FILES;
    let text = JSON.stringify(outcome).replaceAll(written.directory, '/case');
    if (address !== undefined) text = text.replaceAll(address, 'http://files.test');
    return JSON.parse(text) as Outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.directory, { recursive: true, force: true });
  }
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
  return read(path(read(path(base.manifestDigest)).config.digest)).rootfs.diff_ids[0];
}

/** Says whether an expectation was recorded for the case as it is now. */
export function fingerprint(each: ConformanceCase): string {
  const { dockerfile, files, options, layers, second } = each;
  const parts = [dockerfile.toString(), files, options, layers, ...(second ? [second] : [])];
  const text = JSON.stringify(parts, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The steps of a build's log that Dockerfile instructions made, FROM left out. */
export function stepLines(log: string): string[] {
  const { cached, run } = stepsOf(log);
  const lines = (kind: string, names: readonly string[]) =>
    names.flatMap((name) => {
      const instruction = /^\[(?:\S+ )?\d+\/\d+\] (?!FROM)(.*)$/.exec(name)?.[1];
      return instruction === undefined ? [] : [`${kind} ${instruction}`];
    });
  return [...lines('cached', cached), ...lines('run', run)].sort();
}
