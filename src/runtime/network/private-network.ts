/**
 * A network namespace with connections to the outside, for one process: made, mounted on a file, and connected by a
 * program that runs beside it. The process cannot reach the loopback and the abstract sockets of this machine.
 *
 * The runner owns it: program and mount are in the runner's own namespaces, and end with them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, rmSync, writeFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { SystemError, umount } from '../../system/index.ts';
import { type LaunchReport, REPORT_FD, syscallProgram } from '../builtin/index.ts';
import type { PublishedPort } from '../process/index.ts';
import { outputPipe, readToEnd } from '../streams/index.ts';
import { ACK_FD, namespaceCalls, TUN_LABEL } from './namespace-calls.ts';
import { readAck } from './netlink.ts';
import { type NetworkTool, toolArguments } from './network-tool.ts';
import { portFault, publishPorts } from './publish-ports.ts';

/** Milliseconds that a program may take to connect a namespace. */
const START_TIMEOUT = 20_000;
const ERROR_TAIL = 4096;

export class PrivateNetwork implements AsyncDisposable {
  /** The namespace, mounted on a file; absolute. */
  readonly path: string;
  readonly #tool: ChildProcess;

  private constructor(path: string, tool: ChildProcess) {
    this.path = path;
    this.#tool = tool;
  }

  /**
   * @param base an absent name in a directory of ours, relative
   * @throws AppError RUNTIME_NETWORK_FAILED
   */
  static async open(
    base: string,
    { tool, ports }: { readonly tool: NetworkTool; readonly ports: readonly PublishedPort[] },
  ): Promise<PrivateNetwork> {
    const path = `${process.cwd()}/${base}`;
    writeFileSync(path, '');
    await makeNamespace(path);
    try {
      return new PrivateNetwork(
        path,
        await startTool(tool, { namespace: path, socket: `${base}.ports`, ports }),
      );
    } catch (error) {
      umount(path, { detach: true });
      throw error;
    }
  }

  /** The namespace ends when no process is left in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#tool);
    umount(this.path, { detach: true });
  }
}

async function makeNamespace(path: string): Promise<void> {
  const start = `${path}.start`;
  const program = syscallProgram(process.arch, namespaceCalls(path));
  writeFileSync(start, program.file, { mode: 0o700 });
  const child = spawn(start, [], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], env: {} });
  const ended = once(child, 'close');
  const [report, ack] = await Promise.all([
    readToEnd(child, REPORT_FD),
    readToEnd(child, ACK_FD),
    ended,
  ]);
  rmSync(start);
  const [fault] = program.read(report).failures;
  if (fault !== undefined) throw namespaceFault(fault);
  const errno = readAck(ack);
  if (errno !== 0) {
    umount(path, { detach: true });
    throw namespaceFault({ label: 'netlink', errno: errno ?? 0 });
  }
}

function namespaceFault({ label, errno }: LaunchReport['failures'][number]): AppError {
  const { code } = new SystemError(errno, label);
  if (label !== TUN_LABEL) return failed(`${label}: ${code}`);
  const hint =
    code === 'EACCES' || code === 'EPERM'
      ? 'give this user the device: sudo chmod 666 /dev/net/tun; start a container with --device /dev/net/tun'
      : 'load the module: sudo modprobe tun; start a container with --device /dev/net/tun';
  return failed(`/dev/net/tun cannot be used: ${code}`, hint);
}

interface ToolPaths {
  readonly namespace: string;
  /** Relative: the address of a socket is short. */
  readonly socket: string;
  readonly ports: readonly PublishedPort[];
}

/** What pasta says of a port that it cannot listen on. */
const BIND_FAILURE = /bind (?:any )?port/i;

/** @returns the program, when it has connected the namespace */
async function startTool(
  tool: NetworkTool,
  { namespace, socket, ports }: ToolPaths,
): Promise<ChildProcess> {
  const ready = `${namespace}.ready`;
  const { stream, childFd } = outputPipe(ready, { keep: true });
  const child: ChildProcess = spawn(
    tool.path,
    toolArguments(tool, { namespace, ready, socket, ports }),
    {
      // The last one is READY_FD.
      stdio: ['ignore', 'ignore', 'pipe', childFd],
      env: {},
    },
  );
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-ERROR_TAIL);
  });
  const patience = AbortSignal.timeout(START_TIMEOUT);
  try {
    const isReady = await Promise.race([
      once(stream, 'data', { signal: patience }).then(() => true),
      once(child, 'close', { signal: patience }).then(() => false),
    ]);
    if (isReady) {
      if (tool.name === 'slirp4netns') await publishPorts(socket, ports);
      return child;
    }
    if (BIND_FAILURE.test(said)) throw portFault(lastLines(said));
    throw failed(`${tool.name} ended: ${lastLines(said)}`);
  } catch (error) {
    await end(child);
    if (error instanceof AppError) throw error;
    const reason = patience.aborted ? 'it does not get ready' : String(error);
    throw failed(`${tool.name} could not be started: ${reason}`);
  } finally {
    closeSync(childFd);
    stream.destroy();
    rmSync(ready);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Without what pasta says about a machine that has no syslog. */
function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '' && !line.includes('to syslog'));
  return lines.slice(-3).join('; ') || 'without a message';
}

function failed(reason: string, hint?: string): AppError {
  return new AppError(
    'RUNTIME_NETWORK_FAILED',
    `the private network could not be made: ${reason}`,
    {
      hint: hint ?? 'choose --network=host or --network=none',
    },
  );
}
