/** The compressor of libzstd, through koffi, for releases of Node that have none. Nothing is loaded before it is asked for. */
import { createRequire } from 'node:module';

type Koffi = typeof import('koffi');
type Callback = (error: unknown, result: number | bigint) => void;

interface Functions {
  readonly version: string;
  readonly create: () => unknown;
  readonly free: (context: unknown) => number | bigint;
  readonly set: (context: unknown, parameter: number, value: number) => number | bigint;
  readonly isError: (code: number | bigint) => number;
  readonly errorName: (code: number | bigint) => string;
  readonly compress: (...args: [...unknown[], Callback]) => void;
}

/** Of enum ZSTD_cParameter; numbers are part of the library's ABI. */
const PARAMETERS = { level: 100, windowLog: 101, checksum: 201 } as const;
const CONTINUE = 0;
const END = 2;
const OUTPUT = 1 << 18;

let loaded: Functions | null | undefined;

export interface ZstdSettings {
  readonly level: number;
  /** Log2 of the largest distance of a match; undefined: the level's. */
  readonly windowLog?: number | undefined;
}

/** The version of the library on this machine; undefined: it has none. */
export function libzstdVersion(): string | undefined {
  return load()?.version;
}

/** One frame being compressed. The work is done on a thread of the pool; one call at a time. */
export class ZstdFrame implements Disposable {
  readonly #functions: Functions;
  #context: unknown;

  /** @throws Error when `libzstdVersion` is undefined */
  constructor({ level, windowLog }: ZstdSettings) {
    const functions = load();
    if (functions === undefined) throw new Error('there is no libzstd');
    this.#functions = functions;
    this.#context = functions.create();
    this.#set(PARAMETERS.level, level);
    this.#set(PARAMETERS.checksum, 1);
    if (windowLog !== undefined) this.#set(PARAMETERS.windowLog, windowLog);
  }

  /** @returns the bytes that are ready; they belong to the caller */
  write(input: Uint8Array): Promise<Buffer[]> {
    return this.#run(input, CONTINUE);
  }

  end(): Promise<Buffer[]> {
    return this.#run(new Uint8Array(0), END);
  }

  [Symbol.dispose](): void {
    if (this.#context !== undefined) this.#functions.free(this.#context);
    this.#context = undefined;
  }

  async #run(input: Uint8Array, directive: number): Promise<Buffer[]> {
    const ready: Buffer[] = [];
    const read = Buffer.alloc(8);
    for (;;) {
      const output = Buffer.allocUnsafeSlow(OUTPUT);
      const written = Buffer.alloc(8);
      const left = await this.#step({ input, read, output, written }, directive);
      const size = Number(written.readBigUInt64LE());
      if (size > 0) ready.push(output.subarray(0, size));
      const isRead = Number(read.readBigUInt64LE()) === input.length;
      if (isRead && (directive === END ? left === 0 : size < OUTPUT)) return ready;
    }
  }

  #step(buffers: Buffers, directive: number): Promise<number> {
    const { input, read, output, written } = buffers;
    const into = [output, output.length, written];
    const from = [input, input.length, read];
    return new Promise((resolve, reject) => {
      this.#functions.compress(this.#context, ...into, ...from, directive, (error, result) => {
        try {
          if (error) throw error;
          resolve(this.#checked(result));
        } catch (failure) {
          reject(failure);
        }
      });
    });
  }

  #set(parameter: number, value: number): void {
    this.#checked(this.#functions.set(this.#context, parameter, value));
  }

  #checked(result: number | bigint): number {
    if (this.#functions.isError(result) === 0) return Number(result);
    throw new Error(`libzstd: ${this.#functions.errorName(result)}`);
  }
}

interface Buffers {
  readonly input: Uint8Array;
  /** How much of the input was read: a size_t. */
  readonly read: Buffer;
  readonly output: Buffer;
  readonly written: Buffer;
}

function load(): Functions | undefined {
  if (loaded === undefined) loaded = bind() ?? null;
  return loaded ?? undefined;
}

function bind(): Functions | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const library = koffi.load('libzstd.so.1');
    const version = library.func('const char *ZSTD_versionString()') as unknown as () => string;
    const compress = library.func(
      'size_t ZSTD_compressStream2_simpleArgs(void *, void *, size_t, void *, void *, size_t, void *, int)',
    );
    return {
      version: version(),
      create: library.func('void *ZSTD_createCCtx()') as unknown as Functions['create'],
      free: library.func('size_t ZSTD_freeCCtx(void *)') as unknown as Functions['free'],
      set: library.func(
        'size_t ZSTD_CCtx_setParameter(void *, int, int)',
      ) as unknown as Functions['set'],
      isError: library.func('unsigned int ZSTD_isError(size_t)') as unknown as Functions['isError'],
      errorName: library.func(
        'const char *ZSTD_getErrorName(size_t)',
      ) as unknown as Functions['errorName'],
      compress: compress.async as unknown as Functions['compress'],
    };
  } catch {
    return undefined;
  }
}
