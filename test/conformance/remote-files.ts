/** The server of files and repositories that both builders read. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerGit } from '../support/git-http-server.ts';
import type { ServedFile } from './case.ts';

export class RemoteFiles implements AsyncDisposable {
  readonly #server: Server;
  readonly #files = new Map<string, ServedFile>();

  private constructor(server: Server, repositories: string) {
    this.#server = server;
    server.on('request', (request, response) => {
      if (/^\/[^?]*\.git\//.test(request.url ?? '')) answerGit(repositories, request, response);
      else this.#answer(request, response);
    });
  }

  /** @param repositories the directory that paths of git repositories begin in */
  static async open(repositories: string): Promise<RemoteFiles> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RemoteFiles(server, repositories);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param path with a leading slash */
  serve(path: string, file: ServedFile): void {
    this.#files.set(path, file);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const served = this.#files.get(path);
    if (served === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { content, lastModified, authorization } =
      typeof served === 'string'
        ? { content: served, lastModified: undefined, authorization: undefined }
        : served;
    if (authorization !== undefined && request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    const headers = { etag, ...(lastModified && { 'last-modified': lastModified }) };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
