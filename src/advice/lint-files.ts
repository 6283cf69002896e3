/** The call `lint`: files in, findings out. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type {
  FailureThreshold,
  FixedSource,
  LintConfig,
  LintedSource,
  LintOptions,
  LintResult,
  LintSource,
} from '../api/index.ts';
import { mapParallel } from '../concurrency/index.ts';
import { loadIgnoreFile } from '../context/index.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import type { Finding } from '../lint/index.ts';
import type { Store } from '../store/index.ts';
import { readFailure, readInput } from '../system/index.ts';
import { findConfigFile, readConfigFile } from './config/config-file.ts';
import { SEVERITIES } from './config/config-values.ts';
import { environmentConfig } from './config/environment-config.ts';
import { mergedConfig, settingsOf } from './config/merge.ts';
import { fixText } from './fix-text.ts';
import { lintText, syntaxFinding } from './lint-text.ts';
import { pastCosts, withStoreIfThere } from './past-costs.ts';
import type { LintSettings } from './settings.ts';
import { findShellCheck, type ShellCheck } from './shellcheck/program.ts';
import type { ContextFacts } from './surroundings.ts';
import { writeBack } from './write-back.ts';

/** Bytes; more than any Dockerfile has. */
const LARGEST = 16 << 20;

/** @throws AppError CLI_CONFIG_INVALID, CLI_FILE; the signal's reason */
export async function lint(context: LaminaContext, options: LintOptions): Promise<LintResult> {
  const { env } = context;
  const { signal } = options;
  signal?.throwIfAborted();
  const config = await configOf(options, env);
  const shellcheck = options.shellcheck === false ? undefined : findShellCheck(env);
  const files = await withStoreIfThere(context, (store) => {
    const linter = new FileLinter(options, { config, shellcheck, store });
    return mapParallel(options.files, (source) => {
      signal?.throwIfAborted();
      return linter.lint(source);
    });
  });
  return { files, config };
}

async function configOf(
  { config: path, settings = {}, signal }: LintOptions,
  env: LaminaContext['env'],
): Promise<LintConfig> {
  if (path === false) return mergedConfig(settings);
  const found = path ?? findConfigFile(process.cwd(), env);
  const file =
    found === undefined ? {} : await readConfigFile(found, { isNamed: path !== undefined, signal });
  return mergedConfig(file, environmentConfig(env), settings);
}

interface LinterParts {
  readonly config: LintConfig;
  readonly shellcheck: ShellCheck | undefined;
  readonly store: Store | undefined;
}

class FileLinter {
  readonly #options: LintOptions;
  readonly #parts: LinterParts;
  readonly #settings: LintSettings;

  constructor(options: LintOptions, parts: LinterParts) {
    this.#options = options;
    this.#parts = parts;
    this.#settings = settingsOf(parts.config);
  }

  async lint(source: LintSource): Promise<LintedSource> {
    const { path: file } = source;
    let bytes: Buffer | undefined;
    try {
      bytes = source.text === undefined ? await this.#read(file) : undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return this.#result(file, '', [syntaxFinding(error)]);
    }
    const text = source.text ?? bytes?.toString('utf8') ?? '';
    const { fix } = this.#options;
    const again = (changed: string) => this.#findingsIn(source, changed);
    if (fix === undefined) return this.#result(file, text, await again(text));
    const { text: after, applied, findings } = await fixText(text, again, fix);
    const failure = after === text ? undefined : await this.#write(file, bytes, after);
    const fixed = { before: text, applied, isWritten: this.#writes && failure === undefined };
    // The file is as it was.
    if (failure !== undefined) return this.#result(file, text, [failure, ...(await again(text))]);
    return this.#result(file, after, findings, fixed);
  }

  get #writes(): boolean {
    return this.#options.write !== false;
  }

  async #read(path: string): Promise<Buffer> {
    try {
      return await readInput(resolve(path), { limit: LARGEST, signal: this.#options.signal });
    } catch (error) {
      const reason = readFailure(error);
      if (reason === undefined) throw error;
      throw new AppError('DOCKERFILE_UNREADABLE', `cannot read ${path}: ${reason}`, {
        hint: 'check the path',
        cause: error,
      });
    }
  }

  async #write(
    path: string,
    before: Buffer | undefined,
    after: string,
  ): Promise<Finding | undefined> {
    if (!this.#writes || before === undefined) return undefined;
    try {
      // Bytes that are no UTF-8 would be lost.
      if (!Buffer.from(before.toString('utf8')).equals(before)) throw notUtf8(path);
      await writeBack(resolve(path), before, Buffer.from(after));
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return syntaxFinding(error);
      throw error;
    }
  }

  #findingsIn({ path, text: given }: LintSource, text: string): Promise<readonly Finding[]> {
    const { shellcheck, store } = this.#parts;
    const context = this.#contextOf(path, given !== undefined);
    const { signal } = this.#options;
    // An editor asks at each key.
    const costs = given === undefined ? store && pastCosts(store, resolve(path)) : undefined;
    return lintText({
      ...{ file: path, text, settings: this.#settings, around: { context, costs } },
      ...{ shellcheck, signal },
    });
  }

  #contextOf(path: string, isGiven: boolean): ContextFacts | undefined {
    const { context } = this.#options;
    if (context === undefined && isGiven && !existsSync(resolve(path))) return undefined;
    const directory = resolve(context ?? dirname(path));
    try {
      return {
        ignoreFile: loadIgnoreFile(directory, resolve(path)),
        names: new Set(readdirSync(directory)),
      };
    } catch (error) {
      // No directory, or an ignore file that cannot be used, which a build reports.
      if (error instanceof AppError || readFailure(error) !== undefined) return undefined;
      throw error;
    }
  }

  #result(
    file: string,
    text: string,
    findings: readonly Finding[],
    fixed?: FixedSource,
  ): LintedSource {
    const { noFail = false, failureThreshold = 'info' } = this.#parts.config;
    const fails = !noFail && findings.some((finding) => reaches(finding, failureThreshold));
    return { file, text, findings, fails, ...(fixed && { fixed }) };
  }
}

/** Whether a finding is as severe as the threshold. */
function reaches({ severity }: Finding, threshold: FailureThreshold): boolean {
  if (threshold === 'ignore') return false;
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

function notUtf8(path: string): AppError {
  return new AppError('LINT_FILE_UNWRITABLE', `${path} has bytes that are not UTF-8`, {
    hint: 'convert the file to UTF-8, or fix it by hand',
  });
}
