export { EMULATOR_PATH, emulatedArguments } from './emulated-arguments.ts';
export { type Emulation, emulationFor } from './emulation.ts';
export { type Emulator, emulators, runnablePlatforms } from './runnable-platforms.ts';
export { isStaticProgram } from './static-program.ts';
