/** Limits of control groups, as `docker run` and `docker build` take them. Every limit may be absent. */
export interface ResourceLimits {
  /** Bytes. */
  readonly memory?: number | undefined;
  /** Bytes of memory and swap together; -1: all available swap. */
  readonly memorySwap?: number | undefined;
  /** Bytes that the kernel leaves to the container when memory is short. */
  readonly memoryReservation?: number | undefined;
  /** Weight relative to other containers; 1024 is usual. */
  readonly cpuShares?: number | undefined;
  /** Microseconds. */
  readonly cpuPeriod?: number | undefined;
  /** Microseconds of each period. */
  readonly cpuQuota?: number | undefined;
  /** `0-2,4` */
  readonly cpusetCpus?: string | undefined;
  readonly cpusetMems?: string | undefined;
  /** Processes and threads; -1: no limit. */
  readonly pids?: number | undefined;
}
