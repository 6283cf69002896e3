/** Numbers of the system calls that start a process. */

/** On x64, and on arm64. */
const NUMBERS = {
  capset: [126, 91],
  chdir: [80, 49],
  chroot: [161, 51],
  clone: [56, 220],
  close: [3, 57],
  close_range: [436, 436],
  dup3: [292, 24],
  execve: [59, 221],
  exit_group: [231, 94],
  fcntl: [72, 25],
  ioctl: [16, 29],
  keyctl: [250, 219],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  open_tree: [428, 428],
  openat: [257, 56],
  pivot_root: [155, 41],
  prctl: [157, 167],
  prlimit64: [302, 261],
  read: [0, 63],
  setgroups: [116, 159],
  sethostname: [170, 161],
  setns: [308, 268],
  setresgid: [119, 149],
  setresuid: [117, 147],
  setsid: [112, 157],
  socket: [41, 198],
  symlinkat: [266, 36],
  umask: [95, 166],
  umount2: [166, 39],
  unshare: [272, 97],
  wait4: [61, 260],
  waitid: [247, 95],
  write: [1, 64],
} as const;

export type SyscallName = keyof typeof NUMBERS;

const ARCHITECTURES = ['x64', 'arm64'] as const;

export function hasSyscalls(architecture: string): boolean {
  return ARCHITECTURES.some((known) => known === architecture);
}

/** @param architecture as `process.arch` has it */
export function syscallNumber(name: SyscallName, architecture: string): number {
  const index = (ARCHITECTURES as readonly string[]).indexOf(architecture);
  const number = NUMBERS[name][index];
  if (number === undefined) throw new Error(`no system calls are known for ${architecture}`);
  return number;
}
