/**
 * A filter for processes under proot. The proot 5.1.0 of Debian and Ubuntu knows the calls of the kernels of its time: it
 * does not translate the paths of younger ones, which then reach the files of this machine. Programs have another way for
 * kernels without these calls, so they fail with ENOSYS.
 */
import {
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
import { FILTER_MODES, type FilterMode } from './filter-numbers.ts';

/** By processor mode, in the order of `FILTER_MODES`; -1: the mode has no such call. */
export const UNTRANSLATED_CALLS: Readonly<Record<string, readonly number[]>> = {
  execveat: [322, 358, 281, 387],
  faccessat2: [439, 439, 439, 439],
  fchmodat2: [452, 452, 452, 452],
  fspick: [433, 433, 433, 433],
  getxattrat: [464, 464, 464, 464],
  listxattrat: [465, 465, 465, 465],
  mount_setattr: [442, 442, 442, 442],
  move_mount: [429, 429, 429, 429],
  open_tree: [428, 428, 428, 428],
  open_tree_attr: [467, 467, 467, 467],
  openat2: [437, 437, 437, 437],
  removexattrat: [466, 466, 466, 466],
  setxattrat: [463, 463, 463, 463],
  statx: [332, 383, 291, 397],
  utimensat_time64: [-1, 412, -1, 412],
  // Its flags are in memory: proot does not see that threads have one working directory.
  clone3: [435, 435, 435, 435],
  // Files are opened by what is in memory, without a system call.
  io_uring_setup: [425, 425, 425, 425],
};

/** The calls of the future are between the newest that is known and this. Above it proot has a number of its own. */
const NEWEST = 467;
const END = 1024;

let compiled: Buffer | undefined;

/** @returns the instructions, eight bytes each */
export function untranslatedCallsFilter(): Buffer {
  compiled ??= assemble(
    FILTER_MODES.map((mode) => ({ mode, rules: rulesFor(mode) })),
    allow(),
  );
  return compiled;
}

function rulesFor(mode: FilterMode): Instruction[] {
  const index = FILTER_MODES.indexOf(mode);
  const numbers = Object.values(UNTRANSLATED_CALLS).flatMap((all) => all[index] ?? []);
  return [
    load(NUMBER),
    ...numbers
      .filter((number) => number >= 0)
      .flatMap((operand) => [{ code: JUMP_IF_EQUAL, operand, ifFalse: 1 }, refuse(ENOSYS)]),
    { code: JUMP_IF_AT_LEAST, operand: END, ifTrue: 2 },
    { code: JUMP_IF_ABOVE, operand: NEWEST, ifFalse: 1 },
    refuse(ENOSYS),
    allow(),
  ];
}
