/**
 * A program that an OCI runtime starts in place of a process, which then becomes the process. It installs the system call
 * filter: a runtime would compile the same filter anew for each container, which takes runc as long as all the rest.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AppError } from '../../errors.ts';
import { isInUserNamespace } from '../../system/index.ts';
import {
  canFilter,
  canLaunch,
  isStarted,
  launchFailure,
  PROGRAM_FD,
  STARTER_CAPABILITIES,
  type SyscallProgram,
  starterCalls,
  syscallProgram,
} from '../builtin/index.ts';
import type { OciSpec } from '../process/oci-types.ts';
import type { Launcher } from './protocol.ts';
import { ReportFile } from './runner-report.ts';

/** Whether processes may start in this way. */
export function canStart(launcher: Launcher): boolean {
  return (
    launcher.kind === 'program' &&
    canLaunch(process.arch) &&
    canFilter(process.arch) &&
    !isInUserNamespace()
  );
}

export class Starter implements Disposable {
  /** The specification for the runtime. */
  readonly spec: OciSpec;
  /** For `REPORT_FD` and `PROGRAM_FD` of the runtime, which passes them on. */
  readonly fds: readonly [number, number];
  readonly #reports: ReportFile;
  readonly #program: SyscallProgram;
  readonly #name: string;

  /** @param base the bundle */
  constructor(base: string, spec: OciSpec) {
    const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
    this.#program = syscallProgram(process.arch, starterCalls(spec, last));
    this.#name = spec.process.args[0] ?? '';
    this.spec = withStarter(spec);
    const path = `${base}/start`;
    writeFileSync(path, this.#program.file, { mode: 0o700 });
    this.#reports = new ReportFile(base);
    this.fds = [this.#reports.fd, openSync(path, 'r')];
    rmSync(path);
  }

  [Symbol.dispose](): void {
    this.#reports[Symbol.dispose]();
    closeSync(this.fds[1]);
  }

  /**
   * Call it when the process has ended.
   * @returns why the process has not run: undefined if it has, `unknown` if this program did not get so far
   */
  failure(): AppError | 'unknown' | undefined {
    const report = this.#program.read(this.#reports.read());
    if (isStarted(report)) return undefined;
    return report.pid === undefined ? 'unknown' : launchFailure(report, this.#name);
  }
}

function withStarter({ process, linux: { seccomp: _, ...linux }, ...spec }: OciSpec): OciSpec {
  const granted = new Set([...(process.capabilities.bounding ?? []), ...STARTER_CAPABILITIES]);
  const all = [...granted];
  return {
    ...spec,
    process: {
      ...process,
      user: { ...process.user, uid: 0, gid: 0, additionalGids: [] },
      args: [`/proc/self/fd/${PROGRAM_FD}`],
      env: [],
      capabilities: { bounding: all, effective: all, permitted: all },
    },
    linux,
  };
}
