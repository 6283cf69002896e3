/** Which values a record must not hold, though a build saw them: those of variables that sound secret, and of build secrets. */
import type { BuildOptions } from '../../api/index.ts';
import type { Environment } from '../../environment.ts';
import { digestOfParts } from '../../graph/index.ts';
import { maskSecrets, redactUrls } from '../../http/index.ts';
import { soundsSecret } from '../../lint/index.ts';
import type { StepVariable } from '../../plan/index.ts';
import type { RecordedVariable } from '../../records/index.ts';

/** Hex digits: enough to tell two values apart, too few to find out one of them. */
const DIGITS = 8;

export class HiddenValues {
  readonly #values: Set<string>;

  constructor({ secrets = [], buildArgs = {} }: BuildOptions, env: Environment) {
    const given = secrets.flatMap((source) => {
      if ('value' in source) return Buffer.from(source.value).toString();
      return 'env' in source ? (env[source.env] ?? []) : [];
    });
    const sounding = Object.entries(buildArgs).flatMap(([name, value]) =>
      soundsSecret(name) ? [value] : [],
    );
    this.#values = new Set([...given, ...sounding].filter((value) => value !== ''));
  }

  /** Told of each variable before any text is asked for. */
  note({ name, value }: StepVariable): void {
    if (value !== '' && soundsSecret(name)) this.#values.add(value);
  }

  variable({ name, value, kind, uses }: StepVariable): RecordedVariable {
    const isHidden = soundsSecret(name) || this.text(value) !== value;
    return {
      name,
      value: isHidden ? null : value,
      digest: digestOfParts('variable', name, value).slice(0, DIGITS),
      kind,
      ...(uses.length > 0 && { uses }),
    };
  }

  text(text: string): string {
    return maskSecrets(redactUrls(text), [...this.#values]);
  }
}
