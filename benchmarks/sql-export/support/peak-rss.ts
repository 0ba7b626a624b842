// The most memory that this process has had.
import { readFileSync } from 'node:fs'

/** In MiB. Where the kernel tells it, by itself: `resourceUsage` may begin with what the process that started this one had. */
export function peakRssMiB(): number {
  let status = ''
  try {
    status = readFileSync('/proc/self/status', 'utf8')
  } catch {
    // not Linux
  }
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return (kib === undefined ? process.resourceUsage().maxRSS : Number(kib)) / 1024
}
