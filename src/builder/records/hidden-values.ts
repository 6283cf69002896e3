/** Values that a record must not contain, though a build used them: secret-looking variables and build secrets. */
import type { BuildOptions } from '../../api/index.ts';
import { soundsSecret } from '../../dockerfile/index.ts';
import type { Environment } from '../../environment.ts';
import { digestOfParts } from '../../graph/index.ts';
import { maskSecrets, redactUrls } from '../../http/index.ts';
import type { StepVariable } from '../../plan/index.ts';
import type { RecordedVariable } from '../../records/index.ts';

/** Hex digits: enough to distinguish two values, too few to guess one. */
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

  /** Called with each variable before any text is masked. */
  note({ name, value }: StepVariable): void {
    if (value !== '' && soundsSecret(name)) this.#values.add(value);
  }

  variable({ name, value, kind, uses, isInherited }: StepVariable): RecordedVariable {
    const isHidden = soundsSecret(name) || this.text(value) !== value;
    return {
      name,
      value: isHidden ? null : value,
      digest: digestOfParts('variable', name, value).slice(0, DIGITS),
      kind,
      ...(uses.length > 0 && { uses }),
      ...(isInherited === true && { isInherited }),
    };
  }

  text(text: string): string {
    return maskSecrets(redactUrls(text), [...this.#values]);
  }
}
