/** True when the process runs as root (of its user namespace). */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}
