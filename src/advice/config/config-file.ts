/** hadolint's configuration file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LintConfig } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { homeDirectory, readFailure, readInput, readRegularFile } from '../../system/index.ts';
import { LABEL_FORMS, labelFormOf, SEVERITIES, THRESHOLDS, thresholdOf } from './config-values.ts';

/** Bytes. */
const LARGEST = 1 << 20;

/** @throws AppError CLI_FILE, CLI_CONFIG_INVALID; the signal's reason */
export async function readConfigFile(
  path: string,
  how: { readonly isNamed: boolean; readonly signal: AbortSignal | undefined },
): Promise<LintConfig> {
  const bytes = await bytesOf(path, how).catch((cause: unknown) => {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('CLI_FILE', `cannot read ${path}: ${reason}`, { cause });
  });
  return parseConfigFile(bytes.toString(), path);
}

/** A pipe that nobody named could wait for ever. */
async function bytesOf(
  path: string,
  how: { readonly isNamed: boolean; readonly signal: AbortSignal | undefined },
): Promise<Buffer> {
  return how.isNamed
    ? readInput(path, { limit: LARGEST, signal: how.signal })
    : readRegularFile(path, { limit: LARGEST });
}

/**
 * @param path for messages
 * @throws AppError CLI_CONFIG_INVALID
 */
export async function parseConfigFile(text: string, path: string): Promise<LintConfig> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    // Its warnings would go to the terminal as Node's.
    document = parse(text, { logLevel: 'error' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : '';
    throw new AppError('CLI_CONFIG_INVALID', `cannot use ${path}: ${reason}`, {
      expected: 'YAML',
      hint: 'correct the file',
      cause,
    });
  }
  return new ConfigReader(path).read(document ?? {});
}

/**
 * The first file there is, where hadolint looks for it: in the directory, then in the user's directories.
 * @returns an absolute path
 */
export function findConfigFile(directory: string, env: Environment): string | undefined {
  const home = env.HOME ?? homeDirectory();
  const own = env.XDG_CONFIG_HOME ?? (home === undefined ? undefined : join(home, '.config'));
  const places: readonly (readonly [string | undefined, readonly string[]])[] = [
    [directory, ['.hadolint']],
    [own, ['hadolint']],
    [home && join(home, '.hadolint'), ['hadolint', 'config']],
    [home, ['.hadolint']],
  ];
  return places
    .flatMap(([place, names]) =>
      place === undefined || place === ''
        ? []
        : names.flatMap((name) => [join(place, `${name}.yaml`), join(place, `${name}.yml`)]),
    )
    .find(existsSync);
}

/** Reads values, and passes over keys that it does not know. */
class ConfigReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(document: unknown): LintConfig {
    const map = this.#map(document, 'the file');
    const override = this.#map(map.override ?? {}, 'override');
    const formats = this.#list(map.formats, 'formats') ?? [];
    const format = this.#text(map.format, 'format');
    return {
      ignored: this.#list(map.ignored, 'ignored'),
      override: Object.fromEntries(
        SEVERITIES.map((name) => [name, this.#list(override[name], `override.${name}`) ?? []]),
      ),
      trustedRegistries: this.#list(map.trustedRegistries, 'trustedRegistries'),
      labelSchema: this.#labels(map['label-schema']),
      strictLabels: this.#flag(map['strict-labels'], 'strict-labels'),
      disableIgnorePragma: this.#flag(map['disable-ignore-pragma'], 'disable-ignore-pragma'),
      failureThreshold: this.#threshold(map['failure-threshold']),
      noFail: this.#flag(map['no-fail'], 'no-fail'),
      formats: format === undefined ? formats : [...formats, format],
    };
  }

  #map(value: unknown, name: string): Readonly<Record<string, unknown>> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
    throw this.#fault(name, 'a map of names and values');
  }

  #list(value: unknown, name: string): readonly string[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    throw this.#fault(name, 'a list of texts');
  }

  #text(value: unknown, name: string): string | undefined {
    if (value === undefined || value === null || typeof value === 'string') {
      return value ?? undefined;
    }
    throw this.#fault(name, 'a text');
  }

  #flag(value: unknown, name: string): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') {
      return value ?? undefined;
    }
    throw this.#fault(name, 'true or false');
  }

  #labels(value: unknown): LintConfig['labelSchema'] {
    if (value === undefined || value === null) return undefined;
    const entries = Object.entries(this.#map(value, 'label-schema')).map(([label, form]) => {
      const known = labelFormOf(form);
      if (known === undefined) throw this.#fault(`label-schema.${label}`, LABEL_FORMS.join(', '));
      return [label, known] as const;
    });
    return Object.fromEntries(entries);
  }

  #threshold(value: unknown): LintConfig['failureThreshold'] {
    if (value === undefined || value === null) return undefined;
    const threshold = thresholdOf(value);
    if (threshold === undefined) throw this.#fault('failure-threshold', THRESHOLDS.join(', '));
    return threshold;
  }

  #fault(name: string, expected: string): AppError {
    return new AppError('CLI_CONFIG_INVALID', `cannot use ${this.#path}: ${name} is invalid`, {
      expected,
      hint: "'lamina explain lint' describes the file",
    });
  }
}
