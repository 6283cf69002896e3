import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ByteSink } from '../../destination/index.ts';
import { type Engine, findEngine } from './engine.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-engine-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ARCHIVE = Buffer.alloc(3 << 20, 'archive ');

/** In pieces of one buffer, as archives are written. */
async function send(sink: ByteSink): Promise<void> {
  const piece = Buffer.alloc(1 << 16);
  for (let at = 0; at < ARCHIVE.length; at += piece.length) {
    ARCHIVE.copy(piece, 0, at);
    await sink(piece);
    piece.fill(0);
  }
}

async function withServer<T>(
  listener: RequestListener,
  work: (engine: Engine, socket: string) => Promise<T>,
): Promise<T> {
  const socket = join(directory, 'socket');
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  try {
    const engine = await findEngine({ DOCKER_HOST: `unix://${socket}` }, undefined);
    if (engine === undefined) throw new Error('the engine was not found');
    return await work(engine, socket);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function program(name: string, script: string): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return `${bin}:/usr/bin:/bin`;
}

describe('an engine that speaks the API of Docker', () => {
  it('is given the archive, whole', async () => {
    const parts: Buffer[] = [];
    await withServer(
      (request, response) => {
        if (request.url === '/_ping') return response.end('OK');
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => response.end('{"stream":"Loaded image: a:1\\n"}\n'));
        return undefined;
      },
      (engine) => engine.load(send),
    );
    expect(Buffer.concat(parts).equals(ARCHIVE)).toBe(true);
  });

  it.each([
    [
      'in its progress',
      200,
      '{"stream":"x"}\n{"errorDetail":{},"error":"no space left"}\n',
      'no space left',
    ],
    ['by its status', 500, '{"message":"invalid archive"}', 'invalid archive'],
    ['without a word', 403, '', 'it answered with status 403'],
  ])('may refuse it %s', async (_how, status, body, said) => {
    const loading = withServer(
      (request, response) => {
        if (request.url === '/_ping') return response.end('OK');
        request.resume();
        request.on('end', () => response.writeHead(status).end(body));
        return undefined;
      },
      (engine) => engine.load(send),
    );
    await expect(loading).rejects.toMatchObject({
      code: 'EXPORT_ENGINE',
      message: `docker did not load the image: ${said}`,
    });
  });

  it('may hang up in the middle', async () => {
    const loading = withServer(
      (request, response) => {
        if (request.url === '/_ping') return response.end('OK');
        request.once('data', () => request.socket.destroy());
        return undefined;
      },
      (engine) => engine.load(send),
    );
    await expect(loading).rejects.toThrow(/ECONNRESET|EPIPE|socket hang up/);
  });

  it('does not hide why the archive could not be written', async () => {
    const failing = async (sink: ByteSink): Promise<void> => {
      await sink(Buffer.from('some'));
      throw new Error('a layer is damaged');
    };
    const loading = withServer(
      (request, response) => {
        if (request.url === '/_ping') return response.end('OK');
        request.resume();
        return undefined;
      },
      (engine) => engine.load(failing),
    );
    await expect(loading).rejects.toThrow('a layer is damaged');
  });
});

describe('an engine that is a command', () => {
  it('is given the archive, whole', async () => {
    const PATH = program('podman', `cat > ${directory}/got; echo "$@" > ${directory}/args`);
    const engine = await findEngine({ PATH, LAMINA_LOAD: 'podman' }, undefined);
    await engine?.load(send);
    expect(engine?.name).toBe('podman');
    expect(readFileSync(join(directory, 'got')).equals(ARCHIVE)).toBe(true);
    expect(readFileSync(join(directory, 'args'), 'utf8')).toBe('load -q\n');
  });

  it('may refuse it, before it has read all', async () => {
    const PATH = program('podman', 'head -c 10 >/dev/null; echo "no such storage" >&2; exit 125');
    const engine = await findEngine({ PATH, LAMINA_LOAD: 'podman' }, undefined);
    await expect(engine?.load(send)).rejects.toMatchObject({
      code: 'EXPORT_ENGINE',
      message: 'podman did not load the image: no such storage',
    });
  });

  it('is ended when the archive cannot be written, and is not given half of one', async () => {
    const PATH = program('podman', `cat > /dev/null; echo "loaded" > ${directory}/loaded`);
    const engine = await findEngine({ PATH, LAMINA_LOAD: 'podman' }, undefined);
    const failing = async (sink: ByteSink): Promise<void> => {
      await sink(Buffer.from('some'));
      throw new Error('a layer is damaged');
    };
    await expect(engine?.load(failing)).rejects.toThrow('a layer is damaged');
    expect(existsSync(join(directory, 'loaded'))).toBe(false);
  });

  it('is docker’s where a context is named, or its host needs more than a connection', async () => {
    const PATH = program('docker', `cat > /dev/null; echo "$@" >> ${directory}/args`);
    await (await findEngine({ PATH }, 'far'))?.load(send);
    await (await findEngine({ PATH, DOCKER_HOST: 'ssh://user@host' }, undefined))?.load(send);
    const tls = { DOCKER_HOST: 'tcp://host:2376', DOCKER_TLS_VERIFY: '1' };
    await (await findEngine({ PATH, ...tls }, undefined))?.load(send);
    expect(readFileSync(join(directory, 'args'), 'utf8')).toBe(
      '--context far load -q\nload -q\nload -q\n',
    );
  });
});

describe('findEngine', () => {
  it('finds none where none is wanted', async () => {
    const PATH = program('podman', 'exit 1');
    expect(await findEngine({ PATH, LAMINA_LOAD: 'none' }, undefined)).toBeUndefined();
  });

  it.each([
    [{ LAMINA_LOAD: 'containerd' }, undefined],
    [{ LAMINA_LOAD: 'podman', PATH: '/nowhere' }, undefined],
    [{ LAMINA_LOAD: 'docker', DOCKER_HOST: 'unix:///nowhere/socket' }, undefined],
    [{ DOCKER_HOST: 'unix:///nowhere/socket' }, undefined],
    [{ PATH: 'relative:/nowhere' }, 'far'],
  ])('says that %j is not there', async (env, context) => {
    await expect(findEngine(env, context)).rejects.toMatchObject({ code: 'EXPORT_ENGINE' });
  });
});
