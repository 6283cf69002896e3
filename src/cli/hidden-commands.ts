/** The command of the process that collects garbage in the background, so it is not listed. */
export const COLLECT = '__collect';
