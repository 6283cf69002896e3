/** Manifests: the files in which projects say what they are. */
import { AppError } from '../errors.ts';

export type Values = Readonly<Record<string, unknown>>;

/** @throws AppError INIT_MANIFEST */
export function parseManifest(
  name: string,
  text: string,
  parse: (text: string) => unknown,
): Values {
  try {
    return valuesOf(parse(text.replace(/^\ufeff/, '')));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new AppError('INIT_MANIFEST', `cannot read ${name}: ${cause.message.split('\n', 1)[0]}`, {
      hint: `correct ${name}: it says what the project needs`,
      cause,
    });
  }
}

/** The members of an object; none for anything else. */
export function valuesOf(value: unknown): Values {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value)) : {};
}

const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

/**
 * A name of a manifest that goes into a shell command or a path.
 * @throws AppError INIT_NAME unless it has only letters, digits and `._+-`
 */
export function plainName(name: string, manifest: string): string {
  if (PLAIN.test(name)) return name;
  throw new AppError(
    'INIT_NAME',
    `${manifest} has a name that cannot be used: ${JSON.stringify(name.slice(0, 80))}`,
    { expected: 'letters, digits, and the characters . _ + -', hint: 'correct the name' },
  );
}
