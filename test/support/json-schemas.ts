/** The JSON schemas of what commands print, from docs/schemas. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';

const DIRECTORY = join(import.meta.dirname, '../../docs/schemas');

/**
 * What is wrong with a document; also members that the schema does not describe.
 *
 * @param name of the schema's file, without `.json`
 */
export function schemaErrors(name: string, document: unknown): readonly unknown[] {
  const schema: unknown = JSON.parse(readFileSync(join(DIRECTORY, `${name}.json`), 'utf8'));
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  ajv.validate(closed(schema) as AnySchemaObject, document);
  return ajv.errors ?? [];
}

/** Readers are to expect more members some day; the documentation is to have all that there are. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  const isOpen = 'properties' in schema && 'required' in schema;
  return { ...Object.fromEntries(members), ...(isOpen && { additionalProperties: false }) };
}
