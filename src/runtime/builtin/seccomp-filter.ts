/** Compiles the system call filter of an OCI specification to the kernel's classic BPF, as libseccomp would. */
import type { OciSeccomp, OciSyscallRule } from '../process/index.ts';
import {
  AND,
  ARGUMENTS,
  allow,
  assemble,
  ENOSYS,
  type Instruction,
  JUMP_IF_ABOVE,
  JUMP_IF_AT_LEAST,
  JUMP_IF_EQUAL,
  load,
  NUMBER,
  refuse,
} from './filter-instructions.ts';
import { FILTER_MODES, FILTER_NUMBERS, type FilterMode } from './filter-numbers.ts';

const MODES: Readonly<Record<string, FilterMode | undefined>> = {
  SCMP_ARCH_X86_64: 'x64',
  SCMP_ARCH_X86: 'x86',
  SCMP_ARCH_AARCH64: 'arm64',
  SCMP_ARCH_ARM: 'arm',
};

/** Calls of x32 have this bit on x64; nobody uses them, and each would need a rule of its own. */
const X32 = 0x4000_0000;

type Comparison = NonNullable<OciSyscallRule['args']>[number]['op'];

/** Most processes of a build have the same. */
const compiled = new WeakMap<OciSeccomp, Buffer>();

/** Whether filters are known for a processor, by its name in `process.arch`. */
export function canFilter(architecture: string): boolean {
  return FILTER_MODES.some((mode) => mode === architecture);
}

/** @returns the instructions, eight bytes each; calls of other processor modes fail with ENOSYS */
export function seccompFilter(profile: OciSeccomp): Buffer {
  const known = compiled.get(profile);
  if (known !== undefined) return known;
  const made = compile(profile);
  compiled.set(profile, made);
  return made;
}

function compile(profile: OciSeccomp): Buffer {
  const modes = profile.architectures.flatMap((name) => MODES[name] ?? []);
  const blocks = modes.map((mode) => ({ mode, rules: rulesFor(mode, profile) }));
  return assemble(blocks, refuse(ENOSYS));
}

function rulesFor(mode: FilterMode, { syscalls, defaultErrnoRet }: OciSeccomp): Instruction[] {
  const allowed = new Set<number>();
  const byNumber = new Map<number, OciSyscallRule[]>();
  for (const rule of syscalls) {
    for (const name of rule.names) {
      const number = numberOf(name, mode);
      if (number < 0) continue;
      if (rule.action === 'SCMP_ACT_ALLOW' && rule.args === undefined) allowed.add(number);
      else byNumber.set(number, [...(byNumber.get(number) ?? []), rule]);
    }
  }
  const newest = Math.max(...[...FILTER_NUMBERS.keys()].map((name) => numberOf(name, mode)));
  const x32 =
    mode === 'x64' ? [{ code: JUMP_IF_AT_LEAST, operand: X32, ifFalse: 1 }, refuse(ENOSYS)] : [];
  return [
    load(NUMBER),
    ...x32,
    ...rangesOf(allowed).flatMap(([first, last]) => [
      { code: JUMP_IF_AT_LEAST, operand: first, ifFalse: 2 },
      { code: JUMP_IF_ABOVE, operand: last, ifTrue: 1 },
      allow(),
    ]),
    ...[...byNumber].flatMap(([number, some]) => {
      const body = [...some.flatMap(ruleBody), refuse(defaultErrnoRet)];
      return [{ code: JUMP_IF_EQUAL, operand: number, ifFalse: body.length }, ...body];
    }),
    // Not known to whoever wrote the list: programs have another way for kernels without it.
    ...[{ code: JUMP_IF_ABOVE, operand: newest, ifFalse: 1 }, refuse(ENOSYS)],
    refuse(defaultErrnoRet),
  ];
}

/** Numbers as ranges, both ends included, ascending: most calls are allowed, so they are few. */
function rangesOf(numbers: ReadonlySet<number>): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === number - 1) open[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** Only the lower half of an argument is compared: those of the rules are 32-bit values. */
function ruleBody({ action, args = [], errnoRet = 0 }: OciSyscallRule): Instruction[] {
  const [condition, ...others] = args;
  if (others.length > 0) throw new Error('rules have at most one condition');
  const verdict = action === 'SCMP_ACT_ALLOW' ? allow() : refuse(errnoRet);
  if (condition === undefined) return [verdict];
  const { index, value, valueTwo = 0, op } = condition;
  const masked = op === 'SCMP_CMP_MASKED_EQ';
  return [
    load(ARGUMENTS + 8 * index),
    ...(masked ? [{ code: AND, operand: value }] : []),
    comparison(op, masked ? valueTwo : value),
    verdict,
  ];
}

/** Jumps over the next instruction unless it holds. */
function comparison(op: Comparison, operand: number): Instruction {
  if (op === 'SCMP_CMP_LT') return { code: JUMP_IF_AT_LEAST, operand, ifTrue: 1 };
  if (op === 'SCMP_CMP_GT') return { code: JUMP_IF_ABOVE, operand, ifFalse: 1 };
  return { code: JUMP_IF_EQUAL, operand, ifFalse: 1 };
}

function numberOf(name: string, mode: FilterMode): number {
  const numbers = FILTER_NUMBERS.get(name);
  if (numbers === undefined) throw new Error(`the system call ${name} has no number`);
  return numbers[FILTER_MODES.indexOf(mode)] ?? -1;
}
