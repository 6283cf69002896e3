/** The program without a process: streams are strings, and the test supplies the engine. */
import type { Lamina } from '../../src/api/index.ts';
import type { Io, Output } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';

export interface Session {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SessionOptions {
  readonly api?: Partial<Lamina>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly terminal?: {
    readonly stdin?: boolean;
    readonly stdout?: boolean;
    readonly stderr?: boolean;
  };
  readonly signal?: AbortSignal;
}

/** Runs one command line, given as a shell would split it. */
export async function session(
  argv: readonly string[],
  options: SessionOptions = {},
): Promise<Session> {
  const { terminal = {}, stdin = '' } = options;
  const stdout = recorder(terminal.stdout ?? false);
  const stderr = recorder(terminal.stderr ?? false);
  const io: Io = {
    stdout: stdout.output,
    stderr: stderr.output,
    stdinIsTerminal: terminal.stdin ?? false,
    async *stdin() {
      yield Buffer.from(stdin);
    },
    async question(text) {
      await stderr.output.write(text);
      return stdin === '' ? undefined : stdin;
    },
    async secret(text) {
      await stderr.output.write(text);
      return stdin === '' ? undefined : stdin;
    },
  };
  const status = await runProgram({
    argv,
    io,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    api: async () => completeApi(options.api ?? {}),
  });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function recorder(isTerminal: boolean): { output: Output; text: () => string } {
  const chunks: Uint8Array[] = [];
  const output: Output = {
    isTerminal,
    async write(data) {
      chunks.push(typeof data === 'string' ? Buffer.from(data) : Uint8Array.from(data));
    },
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => undefined,
  };
  return { output, text: () => Buffer.concat(chunks).toString() };
}

function completeApi(api: Partial<Lamina>): Lamina {
  const unexpected = (): never => {
    throw new Error('the command called a function the test did not expect');
  };
  return {
    format: unexpected,
    optimize: unexpected,
    sbom: unexpected,
    listAttestations: unexpected,
    signImage: unexpected,
    verifySignatures: unexpected,
    bake: unexpected,
    readBakeDefinition: unexpected,
    proposeDockerfile: unexpected,
    explainBuild: unexpected,
    listBuilds: unexpected,
    inspectBuild: unexpected,
    removeBuilds: unexpected,
    traceBuild: unexpected,
    graphBuild: unexpected,
    build: unexpected,
    verify: unexpected,
    compareImages: unexpected,
    reportImage: unexpected,
    explorePage: unexpected,
    serveExplorer: unexpected,
    checkImage: unexpected,
    exploreImage: unexpected,
    check: unexpected,
    lint: unexpected,
    outline: unexpected,
    listContext: unexpected,
    targets: unexpected,
    run: unexpected,
    images: unexpected,
    tag: unexpected,
    removeImage: unexpected,
    saveImages: unexpected,
    loadImages: unexpected,
    inspectImages: unexpected,
    imageHistory: unexpected,
    makeBase: unexpected,
    prune: unexpected,
    importImage: unexpected,
    exportImage: unexpected,
    diskUsage: unexpected,
    diskUsageDetails: unexpected,
    checkStore: unexpected,
    pullImages: unexpected,
    pushImages: unexpected,
    copyImage: unexpected,
    openImage: unexpected,
    createIndex: unexpected,
    createManifestList: unexpected,
    annotateManifestList: unexpected,
    pushManifestList: unexpected,
    removeManifestLists: unexpected,
    login: unexpected,
    logout: unexpected,
    inspectManifest: unexpected,
    listTags: unexpected,
    collectGarbage: unexpected,
    debug: unexpected,
    createBuilder: unexpected,
    listBuilders: unexpected,
    useBuilder: unexpected,
    removeBuilders: unexpected,
    diagnose: unexpected,
    info: unexpected,
    version: unexpected,
    ...api,
  };
}
