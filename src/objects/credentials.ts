/** Credentials for object stores in the environment, under the names that the services' own tools use. */
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { readRegularFile } from '../system/index.ts';
import type { Credentials, ObjectLocation } from './object-store.ts';

/** Bytes of the file with profiles. */
const LARGEST = 1 << 20;

export function credentialsOf(
  { type }: Pick<ObjectLocation, 'type'>,
  env: Environment,
): Credentials {
  if (type === 's3') return awsCredentials(env);
  if (type === 'azblob') return present({ secret_access_key: env.AZURE_STORAGE_KEY });
  return present({ token: env.ACTIONS_RUNTIME_TOKEN });
}

/** From variables, or from a profile of the file that AWS's tools share. */
function awsCredentials(env: Environment): Credentials {
  const given = present({
    access_key_id: env.AWS_ACCESS_KEY_ID,
    secret_access_key: env.AWS_SECRET_ACCESS_KEY,
    session_token: env.AWS_SESSION_TOKEN,
  });
  if (given.access_key_id !== undefined && given.secret_access_key !== undefined) return given;
  const home = env.HOME;
  const file =
    env.AWS_SHARED_CREDENTIALS_FILE ??
    (home === undefined ? undefined : join(home, '.aws', 'credentials'));
  const profile = profileIn(file === undefined ? '' : textOf(file), env.AWS_PROFILE ?? 'default');
  return present({
    access_key_id: profile.get('aws_access_key_id'),
    secret_access_key: profile.get('aws_secret_access_key'),
    session_token: profile.get('aws_session_token'),
  });
}

function textOf(file: string): string {
  try {
    return readRegularFile(file, { limit: LARGEST }).toString('utf8');
  } catch {
    return '';
  }
}

function profileIn(text: string, name: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let isIn = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) isIn = section === name;
    const [, key, value] = /^\s*([A-Za-z_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isIn && key !== undefined && value !== undefined) values.set(key.toLowerCase(), value);
  }
  return values;
}

function present(values: Readonly<Record<string, string | undefined>>): Credentials {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}
