export { keepAbortReason } from './abort-reason.ts';
export { type FileAt, isPlainAt } from './at-calls.ts';
export { awaitIdle, type BusyMark, type HelpersEnd, isBusy, markBusy } from './busy-directory.ts';
export { becomeSubreaper, type ChildStatus, takeChildStatus } from './children.ts';
export { copyRange } from './copy-range.ts';
export { copySparse, type DataRun, dataRuns } from './data-runs.ts';
export { DirectoryHandles } from './directory-handles.ts';
export { EarlyWriteback } from './early-writeback.ts';
export { kernelHasErofs } from './erofs.ts';
export { findProgram } from './find-program.ts';
export { fsPath } from './fs-path.ts';
export type { Lock, LockMode } from './lock.ts';
export { type AcquireOptions, acquireLock, lockOpenFile, tryLock } from './locks.ts';
export { makeDirectories } from './make-directories.ts';
export { mountOverlay, type OverlayMount } from './mount-overlay.ts';
export {
  type ErofsMount,
  MountFlag,
  type MountSpec,
  mount,
  mountErofs,
  umount,
} from './mounts.ts';
export { makeNode, type NodeSpec, setTimes } from './nodes.ts';
export { CONTENT_FLAGS, type ContentFile, openContent } from './open-content.ts';
export { type OpenedWithin, openWithin } from './open-within.ts';
export { isOnOverlay } from './overlay-store.ts';
export { openPseudoTerminal, type PseudoTerminal, unlockTerminal } from './pseudo-terminal.ts';
export {
  checkInput,
  type InputLimits,
  type OpenInput,
  openInput,
  type ReadLimits,
  readFailure,
  readInput,
  readRegularFile,
  UnsuitableFile,
} from './read-input.ts';
export { removeTree } from './remove-tree.ts';
export { replacePrivateFile } from './replace-private-file.ts';
export { setOwner, setOwnerHere } from './set-owner.ts';
export { loadSqlite } from './sqlite.ts';
export { type ChildProgram, startChild } from './start-child.ts';
export { syncFileSystem } from './sync.ts';
export { failureReason, hasErrorCode, SystemError } from './system-error.ts';
export {
  type IdMap,
  type IdRange,
  type Owner,
  opaqueXattr,
  ownerInTree,
  ownerOnHost,
  ROOT_FORM,
  type TreeForm,
  treeFormKey,
  type XattrFlavour,
} from './tree-form.ts';
export { isWritable, readKernelFile } from './try-files.ts';
export { linkUnnamed, openUnnamed } from './unnamed-file.ts';
export { hasOneId, homeDirectory, isInUserNamespace, isRoot, userName } from './user.ts';
export { isWhiteout, makeWhiteout } from './whiteouts.ts';
export { listXattrs, setXattr } from './xattrs.ts';
