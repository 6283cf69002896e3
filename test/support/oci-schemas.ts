/** The JSON schemas of the OCI image specification, from the Debian package of its Go code. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import addFormats from 'ajv-formats';
import { ensureFile } from './tools.ts';

const DIRECTORY = '/usr/share/gocode/src/github.com/opencontainers/image-spec/schema';
const PACKAGE = 'golang-github-opencontainers-image-spec-dev';

export class OciSchemas {
  readonly #ajv: Ajv;

  private constructor(ajv: Ajv) {
    this.#ajv = ajv;
  }

  static async load(): Promise<OciSchemas> {
    const directory = dirname(ensureFile(join(DIRECTORY, 'config-schema.json'), PACKAGE));
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    for (const name of await readdir(directory)) {
      if (!name.endsWith('.json')) continue;
      const schema: unknown = JSON.parse(await readFile(join(directory, name), 'utf8'));
      ajv.addSchema(modern(schema) as AnySchemaObject, name);
    }
    return new OciSchemas(ajv);
  }

  /** The errors of a document; `name` is the schema's file name without `-schema.json`. */
  errors(name: 'config' | 'image-index' | 'image-layout' | 'image-manifest', document: unknown) {
    this.#ajv.validate(`${name}-schema.json`, document);
    return this.#ajv.errors ?? [];
  }
}

/** The schemas are draft 4, with `id` instead of `$id`; references use file names, so neither is needed. */
function modern(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(modern);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(members.map(([key, value]) => [key, modern(value)]));
}
