// The resident memory of this process, after what is garbage has been collected.

const SETTLING_ROUNDS = 4
const MIB = 1024 * 1024

/** MiB. The process runs with `--expose-gc`. */
export async function residentMiB(): Promise<number> {
  const collect: unknown = Reflect.get(globalThis, 'gc')
  if (typeof collect !== 'function') throw new TypeError('the process must run with --expose-gc')
  for (let round = 0; round < SETTLING_ROUNDS; round++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage.rss() / MIB
}
