/** The secrets given to a build. Their bytes stay in memory, and are never written to a file. */
import type { BuildOptions, SecretSource } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError, type Warning } from '../../errors.ts';
import { checkInput, readFailure, readInput } from '../../system/index.ts';

/** Largest secret in bytes, as with BuildKit. */
const LARGEST = 500 << 10;

export class BuildSecrets {
  readonly #sources: ReadonlyMap<string, SecretSource>;
  readonly #env: Environment;
  readonly #signal: AbortSignal | undefined;
  readonly #warn: (warning: Warning) => void;
  readonly #values = new Map<string, Promise<Buffer | undefined>>();

  /** @throws AppError SECRET_UNREADABLE for a missing file */
  constructor(
    { secrets = [], signal }: Pick<BuildOptions, 'secrets' | 'signal'>,
    { env, warn }: { readonly env: Environment; readonly warn: (warning: Warning) => void },
  ) {
    for (const source of secrets) if ('file' in source) checkFile(source.id, source.file);
    this.#sources = new Map(secrets.map((source) => [source.id, source]));
    this.#env = env;
    this.#signal = signal;
    this.#warn = warn;
  }

  /** Where a secret comes from; undefined when the build has none of this id. */
  source(id: string): SecretSource | undefined {
    return this.#sources.get(id);
  }

  /**
   * Reads a secret, once.
   * @returns undefined when the build has no secret of this id
   * @throws AppError SECRET_UNREADABLE
   */
  get(id: string): Promise<Buffer | undefined> {
    const known = this.#values.get(id);
    if (known !== undefined) return known;
    const value = this.#read(id);
    this.#values.set(id, value);
    return value;
  }

  async #read(id: string): Promise<Buffer | undefined> {
    const source = this.#sources.get(id);
    if (source === undefined) return undefined;
    if ('value' in source) return Buffer.from(source.value);
    if ('file' in source) {
      const { file } = source;
      return readInput(file, { limit: LARGEST, signal: this.#signal }).catch(unreadable(id, file));
    }
    const value = this.#env[source.env];
    if (value === undefined) this.#warn(unsetVariable(id, source.env));
    return Buffer.from(value ?? '');
  }
}

/** Fails before the first step, not when the secret is needed half an hour later. */
function checkFile(id: string, path: string): void {
  try {
    checkInput(path, { limit: LARGEST });
  } catch (error) {
    unreadable(id, path)(error);
  }
}

function unreadable(id: string, path: string): (cause: unknown) => never {
  return (cause) => {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError(
      'SECRET_UNREADABLE',
      `cannot read the file of the secret '${id}': ${path}: ${reason}`,
      { hint: `check --secret id=${id},src=FILE`, cause },
    );
  };
}

function unsetVariable(id: string, name: string): Warning {
  return {
    code: 'SECRET_VARIABLE_UNSET',
    message: `the secret '${id}' is empty: the environment variable ${name} is not set`,
    hint: `export ${name}, or use a file: --secret id=${id},src=FILE`,
  };
}

/** For a step that requires it. */
export function missingSecret(id: string): AppError {
  return new AppError('SECRET_MISSING', `this step needs the secret '${id}', which was not given`, {
    details: { id },
    expected: `--secret id=${id},src=FILE or --secret id=${id},env=VARIABLE`,
    hint: 'add the option to the command line, or remove required from the mount',
  });
}
