export { ChrootRunner } from './chroot-runner.ts';
