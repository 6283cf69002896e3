/** An editor as the language server sees it: a client over standard input and output. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createProtocolConnection,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';
import { COMMAND } from './cli.ts';

export interface ClientOptions {
  /** URIs of the open folders. */
  readonly folders?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly initializationOptions?: unknown;
}

export class LanguageClient implements AsyncDisposable {
  readonly connection: ProtocolConnection;
  readonly process: ChildProcessWithoutNullStreams;
  capabilities: InitializeResult | undefined;
  readonly #versions = new Map<string, number>();
  readonly #published = new Map<string, PublishDiagnosticsParams>();
  #notify = () => {};

  private constructor(env: Readonly<Record<string, string>> | undefined) {
    this.process = spawn(process.execPath, [COMMAND, 'lsp', '--stdio'], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.process.stdout),
      new StreamMessageWriter(this.process.stdin),
    );
    this.connection.onNotification('textDocument/publishDiagnostics', (params) => {
      this.#published.set(params.uri, params);
      this.#notify();
    });
    this.connection.listen();
  }

  static async start({
    folders,
    env,
    initializationOptions,
  }: ClientOptions = {}): Promise<LanguageClient> {
    const client = new LanguageClient(env);
    client.capabilities = await client.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: folders?.map((uri) => ({ uri, name: uri })) ?? null,
      initializationOptions,
      capabilities: {},
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  async open(uri: string, text: string): Promise<void> {
    this.#versions.set(uri, 1);
    const textDocument = { uri, languageId: 'dockerfile', version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async change(uri: string, ...contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const textDocument = { uri, version };
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument,
      contentChanges,
    });
  }

  /** The diagnostics of the newest version, once they come. */
  async diagnostics(uri: string): Promise<PublishDiagnosticsParams['diagnostics']> {
    for (;;) {
      const found = this.#published.get(uri);
      if (found?.version === this.#versions.get(uri) && found !== undefined) {
        return found.diagnostics;
      }
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  request<Result>(
    method: string,
    uri: string,
    [line, character]: readonly [number, number] = [0, 0],
    more: object = {},
  ): Promise<Result> {
    const params = { textDocument: { uri }, position: { line, character }, ...more };
    return this.connection.sendRequest<Result>(`textDocument/${method}`, params);
  }

  /** @returns the exit status */
  async stop(): Promise<number | null> {
    const exited = once(this.process, 'exit');
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const [status] = await exited;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.dispose();
    if (this.process.exitCode !== null || !this.process.kill()) return;
    await once(this.process, 'exit');
  }
}
