/**
 * Checks the shape of parsed JSON, with messages that name the member. Like Go, which wrote most of these documents,
 * treats `null` as an absent member.
 */
import { invalidDocument } from './failures.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value in a JSON document, with its path for messages. */
export class JsonNode {
  readonly document: string;
  readonly path: string;
  readonly value: unknown;

  constructor(document: string, path: string, value: unknown) {
    this.document = document;
    this.path = path;
    this.value = value;
  }

  /** Whether the member is absent or `null`. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  member(name: string): JsonNode {
    const value = isObject(this.value) ? own(this.value, name) : undefined;
    return new JsonNode(this.document, this.path === '' ? name : `${this.path}.${name}`, value);
  }

  /** Checks every element of a list. */
  items(check: (item: JsonNode) => void): void {
    if (!Array.isArray(this.value)) this.fail('a list');
    for (const [index, value] of this.value.entries()) {
      check(new JsonNode(this.document, `${this.path}[${index}]`, value));
    }
  }

  /** Checks the value of every member of an object. */
  entries(check: (member: JsonNode) => void): void {
    for (const name of Object.keys(this.object())) check(this.member(name));
  }

  object(): JsonObject {
    return isObject(this.value) ? this.value : this.fail('an object');
  }

  string(): string {
    return typeof this.value === 'string' ? this.value : this.fail('a text');
  }

  boolean(): void {
    if (typeof this.value !== 'boolean') this.fail('true or false');
  }

  integer(): void {
    if (!Number.isSafeInteger(this.value)) this.fail('a whole number');
  }

  /** A whole number, at least 0. */
  count(): void {
    this.integer();
    if (typeof this.value === 'number' && this.value < 0) this.fail('a whole number from 0');
  }

  optional(check: (node: JsonNode) => void): void {
    if (!this.isAbsent) check(this);
  }

  /** @throws AppError OCI_DOCUMENT_INVALID */
  fail(expected: string): never {
    throw invalidDocument(
      this.document,
      this.path,
      `expected ${expected}, found ${shown(this.value)}`,
    );
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
