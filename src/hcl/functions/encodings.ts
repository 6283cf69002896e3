/** Functions that encode, decode and hash. */
import { constants, createHash, privateDecrypt, randomUUID } from 'node:crypto';
import type { HclFunction } from '../evaluate.ts';
import { asText, fromJson, toJson, type Value, ValueFault } from '../value.ts';
import { parseCsv } from './csv.ts';

const unary = (work: (text: string) => Value): HclFunction => ({
  arity: [1, 1],
  apply: ([text = null]) => work(asText(text)),
});

const hash = (algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512') =>
  unary((text) => createHash(algorithm).update(text).digest('hex'));

function base64Decode(text: string): string {
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text)) {
    throw new ValueFault('the text is not base64');
  }
  return Buffer.from(text, 'base64').toString();
}

function jsonDecode(text: string): Value {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    throw new ValueFault('the text is not JSON');
  }
}

/** As Go writes JSON: with `<`, `>` and `&` escaped. */
export function jsonText(value: Value): string {
  return JSON.stringify(toJson(value)).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function csvDecode(text: string): Value {
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    if (row.length !== header.length)
      throw new ValueFault('a row has more or fewer fields than the header');
    return new Map(header.map((name, index) => [name, row[index] ?? '']));
  });
}

function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** RFC 4122 section 4.3, by SHA-1. */
function uuidByName(namespace: string, name: string): string {
  const known: Readonly<Record<string, string>> = {
    dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
    oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
    x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
  };
  const space = known[namespace] ?? namespace;
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(space))
    throw new ValueFault(`'${namespace}' is not a UUID`);
  const bytes = createHash('sha1')
    .update(Buffer.from(space.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

function rsaDecrypt(text: string, key: string): string {
  try {
    const bytes = Buffer.from(text, 'base64');
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes).toString();
  } catch {
    throw new ValueFault('the text cannot be decrypted with this key');
  }
}

export const encodingFunctions: Readonly<Record<string, HclFunction>> = {
  base64decode: unary(base64Decode),
  base64encode: unary((text) => Buffer.from(text).toString('base64')),
  csvdecode: unary(csvDecode),
  jsondecode: unary(jsonDecode),
  jsonencode: { arity: [1, 1], apply: ([value = null]) => jsonText(value) },
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  rsadecrypt: {
    arity: [2, 2],
    apply: ([text = null, key = null]) => rsaDecrypt(asText(text), asText(key)),
  },
  urlencode: unary(urlEncode),
  uuidv4: { arity: [0, 0], apply: () => randomUUID() },
  uuidv5: {
    arity: [2, 2],
    apply: ([namespace = null, name = null]) => uuidByName(asText(namespace), asText(name)),
  },
};
