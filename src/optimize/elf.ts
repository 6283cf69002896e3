/** What an ELF file says about the shared libraries that it needs: System V ABI, "Dynamic Section". */

export interface DynamicSection {
  /** Names of libraries, such as `libz.so.1`, or paths. */
  readonly needed: readonly string[];
  /** Directories to look in first; `$ORIGIN` is that of the file. */
  readonly searched: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_RPATH = 15;
const DT_RUNPATH = 29;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/** @returns undefined for what is no file of 64 bits, little-endian, with a dynamic section, or is damaged */
export function dynamicSection(file: Buffer): DynamicSection | undefined {
  const segments = segmentsOf(file);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return undefined;
  const entries = entriesOf(file.subarray(dynamic.offset, dynamic.offset + dynamic.bytes));
  const [table] = valuesOf(entries, DT_STRTAB);
  const offset = table === undefined ? undefined : offsetOf(segments, table);
  if (offset === undefined) return undefined;
  const texts = (tag: number) => valuesOf(entries, tag).map((at) => textAt(file, offset + at));
  const searched = [...texts(DT_RPATH), ...texts(DT_RUNPATH)].flatMap((text) => text.split(':'));
  return { needed: texts(DT_NEEDED), searched: searched.filter((text) => text !== '') };
}

/** Whether the bytes begin a file that lamina's platforms load. */
export function isElf(head: Buffer): boolean {
  return head.toString('latin1', 0, 6) === '\x7fELF\x02\x01';
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;

/** The program headers; none of other files. */
export function segmentsOf(file: Buffer): readonly Segment[] {
  if (file.length < HEADER_BYTES || !isElf(file)) return [];
  const start = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const segments: Segment[] = [];
  for (let index = 0; index < file.readUInt16LE(56); index++) {
    const header = file.subarray(start + index * size, start + (index + 1) * size);
    if (header.length < PROGRAM_HEADER_BYTES) break;
    segments.push({
      type: header.readUInt32LE(0),
      offset: Number(header.readBigUInt64LE(8)),
      address: Number(header.readBigUInt64LE(16)),
      bytes: Number(header.readBigUInt64LE(32)),
    });
  }
  return segments;
}

type Entry = readonly [tag: number, value: number];

function entriesOf(section: Buffer): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 16 <= section.length; at += 16) {
    const tag = Number(section.readBigUInt64LE(at));
    if (tag === 0) break;
    entries.push([tag, Number(section.readBigUInt64LE(at + 8))]);
  }
  return entries;
}

function valuesOf(entries: readonly Entry[], wanted: number): readonly number[] {
  return entries.flatMap(([tag, value]) => (tag === wanted ? [value] : []));
}

/** Where in the file an address of the loaded program is. */
function offsetOf(segments: readonly Segment[], address: number): number | undefined {
  const segment = segments.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.bytes,
  );
  return segment && segment.offset + (address - segment.address);
}

/** A library has no longer name. */
const LONGEST_TEXT = 4096;

function textAt(file: Buffer, offset: number): string {
  return file.toString('latin1', offset, offset + LONGEST_TEXT).replace(/\0.*$/s, '');
}
