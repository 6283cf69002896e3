/**
 * Messages in protobuf's wire format, declared as tables: the name of each field with its number and kind. Unknown
 * fields are skipped, as newer peers send them.
 * https://protobuf.dev/programming-guides/encoding/
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A kind of values, without a field number. */
interface Kind<Out, In = Out> {
  readonly wire: WireType;
  readonly initial: Out;
  readonly read: (reader: BinaryReader, before: Out) => Out;
  readonly write: (writer: BinaryWriter, value: In) => void;
  readonly isDefault: (value: In) => boolean;
}

/** A field of a message. */
export interface Field<Out, In = Out> {
  readonly number: number;
  readonly initial: Out;
  readonly read: (reader: BinaryReader, before: Out, wire: WireType) => Out;
  readonly write: (writer: BinaryWriter, value: In) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: a table has fields of all kinds; each keeps its own types.
type AnyField = Field<any, any>;

export type Fields = Readonly<Record<string, AnyField>>;

/** Members of a decoded message: absent ones have the default of their kind. */
export type Decoded<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Out, infer _In> ? Out : never;
};

/** Members of a message to encode; what is left out is not sent. */
export type Encodable<F extends Fields> = {
  readonly [Name in keyof F]?:
    | (F[Name] extends Field<infer _Out, infer In> ? In : never)
    | undefined;
};

/** Members are written in the order of the table, so equal messages give equal bytes. */
export class Message<F extends Fields> {
  readonly #fields: readonly (readonly [string, AnyField])[];
  readonly #byNumber: ReadonlyMap<number, readonly [string, AnyField]>;

  constructor(fields: F) {
    this.#fields = Object.entries(fields);
    this.#byNumber = new Map(this.#fields.map((entry) => [entry[1].number, entry]));
  }

  encode(value: Encodable<F>): Uint8Array {
    const writer = new BinaryWriter();
    this.write(writer, value);
    return writer.finish();
  }

  /** @throws Error for bytes that are no message */
  decode(bytes: Uint8Array): Decoded<F> {
    return this.read(new BinaryReader(bytes), bytes.length);
  }

  write(writer: BinaryWriter, value: Encodable<F>): void {
    for (const [name, field] of this.#fields) {
      const member: unknown = value[name];
      if (member !== undefined) field.write(writer, member);
    }
  }

  read(reader: BinaryReader, length: number): Decoded<F> {
    const end = reader.pos + length;
    const value: Record<string, unknown> = {};
    for (const [name, { initial }] of this.#fields) value[name] = initial;
    while (reader.pos < end) {
      const [number, wire] = reader.tag();
      const [name, field] = this.#byNumber.get(number) ?? [];
      if (name === undefined || field === undefined) reader.skip(wire, number);
      else value[name] = field.read(reader, value[name], wire);
    }
    return value as Decoded<F>;
  }
}

export type MessageOf<M> = M extends Message<infer F> ? Decoded<F> : never;
export type EncodableOf<M> = M extends Message<infer F> ? Encodable<F> : never;

function scalar<T>(
  wire: WireType,
  initial: T,
  read: (reader: BinaryReader) => T,
  write: (writer: BinaryWriter, value: T) => void,
): Kind<T> {
  return { wire, initial, read, write, isDefault: (value) => value === initial };
}

const textKind = scalar(
  WireType.LengthDelimited,
  '',
  (reader) => reader.string(),
  (writer, value) => writer.string(value),
);
const intKind = scalar(
  WireType.Varint,
  0,
  (reader) => Number(reader.int64()),
  (writer, value) => writer.int64(BigInt(value)),
);
const longKind = scalar<bigint>(
  WireType.Varint,
  0n,
  (reader) => BigInt(reader.int64()),
  (writer, value) => writer.int64(value),
);
const flagKind = scalar(
  WireType.Varint,
  false,
  (reader) => reader.bool(),
  (writer, value) => writer.bool(value),
);
const bytesKind: Kind<Uint8Array> = {
  wire: WireType.LengthDelimited,
  initial: new Uint8Array(0),
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
  isDefault: ({ length }) => length === 0,
};

function nestedKind<F extends Fields>(
  message: Message<F>,
): Kind<Decoded<F> | undefined, Encodable<F>> {
  return {
    wire: WireType.LengthDelimited,
    initial: undefined,
    read: (reader) => message.read(reader, reader.uint32()),
    write: (writer, value) => {
      writer.fork();
      message.write(writer, value);
      writer.join();
    },
    isDefault: () => false,
  };
}

function single<Out, In>(number: number, kind: Kind<Out, In>): Field<Out, In> {
  return {
    number,
    initial: kind.initial,
    read: (reader, before) => kind.read(reader, before),
    write: (writer, value) => {
      if (!kind.isDefault(value)) kind.write(writer.tag(number, kind.wire), value);
    },
  };
}

/** `string` */
export const text = (number: number): Field<string> => single(number, textKind);
/** `bytes` */
export const bytes = (number: number): Field<Uint8Array> => single(number, bytesKind);
/** `int64`, `int32`, `uint32` and enums, of numbers that JavaScript has exactly. */
export const int = (number: number): Field<number> => single(number, intKind);
/** `int64` of any size. */
export const long = (number: number): Field<bigint> => single(number, longKind);
/** `bool` */
export const flag = (number: number): Field<boolean> => single(number, flagKind);
/** A message. */
export const nested = <F extends Fields>(
  number: number,
  message: Message<F>,
): Field<Decoded<F> | undefined, Encodable<F>> => single(number, nestedKind(message));

/** A number in a `oneof`: sent even if it is 0. */
export const chosenInt = (number: number): Field<number | undefined, number> => ({
  number,
  initial: undefined,
  read: (reader) => intKind.read(reader, 0),
  write: (writer, value) => intKind.write(writer.tag(number, intKind.wire), value),
});

/** `bytes` that a record has as text, in base64. */
export const base64 = (number: number): Field<string> => ({
  number,
  initial: '',
  read: (reader) => Buffer.from(reader.bytes()).toString('base64'),
  write: (writer, value) => {
    bytes(number).write(writer, Buffer.from(value, 'base64'));
  },
});

function repeated<Out, In>(
  number: number,
  kind: Kind<Out, In>,
): Field<readonly Exclude<Out, undefined>[], readonly In[]> {
  return {
    number,
    initial: [],
    read: (reader, before, wire) => {
      const added: Out[] = [];
      if (wire === WireType.LengthDelimited && kind.wire !== wire) {
        const end = reader.uint32() + reader.pos;
        while (reader.pos < end) added.push(kind.read(reader, kind.initial));
      } else added.push(kind.read(reader, kind.initial));
      return [...before, ...(added as Exclude<Out, undefined>[])];
    },
    write: (writer, values) => {
      for (const value of values) kind.write(writer.tag(number, kind.wire), value);
    },
  };
}

/** `repeated string` */
export const texts = (number: number): Field<readonly string[]> => repeated(number, textKind);
/** `repeated bytes` */
export const byteStrings = (number: number): Field<readonly Uint8Array[]> =>
  repeated(number, bytesKind);
/** A repeated message. */
export const list = <F extends Fields>(
  number: number,
  message: Message<F>,
): Field<readonly Decoded<F>[], readonly Encodable<F>[]> =>
  repeated(number, nestedKind(message)) as Field<readonly Decoded<F>[], readonly Encodable<F>[]>;

/** `map<string, …>`, written in the order of the keys' bytes. */
function mapped<Out, In>(
  number: number,
  kind: Kind<Out, In>,
): Field<Readonly<Record<string, Exclude<Out, undefined>>>, Readonly<Record<string, In>>> {
  const entry = new Message({ key: text(1), value: single(2, kind) });
  return {
    number,
    initial: {},
    read: (reader, before) => {
      const { key, value } = entry.read(reader, reader.uint32());
      return { ...before, [key]: value as Exclude<Out, undefined> };
    },
    write: (writer, values) => {
      for (const key of Object.keys(values).sort()) {
        writer.tag(number, WireType.LengthDelimited).fork();
        entry.write(writer, { key, value: values[key] } as Encodable<Fields>);
        writer.join();
      }
    },
  };
}

export const textMap = (number: number) => mapped(number, textKind);
export const flagMap = (number: number) => mapped(number, flagKind);
export const bytesMap = (number: number) => mapped(number, bytesKind);
export const messageMap = <F extends Fields>(number: number, message: Message<F>) =>
  mapped(number, nestedKind(message));

/** `google.protobuf.Timestamp`. */
export const Timestamp = new Message({ seconds: int(1), nanos: int(2) });

/** Milliseconds since the epoch. */
export function milliseconds({ seconds, nanos }: MessageOf<typeof Timestamp>): number {
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
