/** Values of flags for RUN steps. */
import type { Entitlement, SecretSource, SshSource } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { badValue, splitCsv } from './values.ts';

const SECRET_FORM = 'id=NAME,src=FILE or id=NAME,env=VARIABLE';
const SECRET_KEYS = ['id', 'type', 'src', 'source', 'env'];

/**
 * A value of `--secret`. Without a source it is the variable of that name if there is one, else the file.
 * @throws AppError CLI_FLAG_VALUE
 */
export function secretSource(text: string, env: Environment): SecretSource {
  const fields = new Map<string, string>();
  for (const field of splitCsv(text)) {
    const equals = field.indexOf('=');
    const key = field.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (!SECRET_KEYS.includes(key)) throw unknownField(key);
    fields.set(key === 'source' ? 'src' : key, field.slice(equals + 1));
  }
  const type = fields.get('type');
  if (type !== undefined && type !== 'file' && type !== 'env') {
    throw invalidSecret('type=file or type=env');
  }
  const id = fields.get('id') ?? '';
  if (id === '') throw invalidSecret(SECRET_FORM);
  const given = fields.get('src');
  const variable = fields.get('env') ?? (type === 'env' ? given : undefined);
  const file = type === 'env' ? undefined : given;
  if (file) return { id, file };
  if (variable) return { id, env: variable };
  return type !== 'file' && env[id] !== undefined ? { id, env: id } : { id, file: id };
}

/** Does not repeat the value, which may be the secret itself. */
function invalidSecret(expected: string, hint?: string | undefined): AppError {
  return new AppError('CLI_FLAG_VALUE', 'invalid value for --secret', { expected, hint });
}

function unknownField(key: string): AppError {
  const near = key === '' ? undefined : nearestName(key, SECRET_KEYS);
  return invalidSecret(SECRET_FORM, near === undefined ? undefined : `did you mean ${near}=?`);
}

/** A value of `--ssh`: `default`, `id=socket`, `id=key,key`. @throws AppError CLI_FLAG_VALUE */
export function sshSource(text: string): SshSource {
  const equals = text.indexOf('=');
  const id = equals < 0 ? text : text.slice(0, equals);
  if (id === '' || id.includes(',')) {
    throw badValue('--ssh', text, 'default, ID=SOCKET or ID=KEY[,KEY]');
  }
  const paths = equals < 0 ? [] : text.slice(equals + 1).split(',');
  return { id, paths: paths.filter((path) => path !== '') };
}

const ENTITLEMENTS: readonly Entitlement[] = ['security.insecure', 'network.host'];

/** A value of `--allow`. @throws AppError CLI_FLAG_VALUE, CLI_NOT_YET */
export function entitlement(text: string): Entitlement {
  const known = ENTITLEMENTS.find((name) => name === text);
  if (known !== undefined) return known;
  if (/^device\b/.test(text)) {
    throw new AppError('CLI_NOT_YET', `--allow ${text} is not supported`, {
      hint: 'RUN --security=insecure with --allow security.insecure sees the devices of this machine',
    });
  }
  const near = nearestName(text, ENTITLEMENTS);
  throw new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for --allow`, {
    expected: ENTITLEMENTS.join(' or '),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}
