// The limits that the command's words stand for.
import type { SandboxLimits } from '../limits.ts'
import type { LimitArguments } from './arguments.ts'

const MIN_MEMORY_MAX_BYTES = 16 * 1024 * 1024

export function limitsOf(args: LimitArguments): SandboxLimits {
  const { operationMs, hardMs, wallMs, memoryBytes, stackBytes, maxTimers } = args
  return {
    operationMs,
    hardMs,
    wallMs,
    memoryBytes,
    memoryMaxBytes: Math.min(
      2 ** 31,
      Math.max(MIN_MEMORY_MAX_BYTES, Math.ceil((memoryBytes + 8 * 1024 * 1024) / 65_536) * 65_536),
    ),
    stackBytes,
    maxTimers,
    maxInterrupts: Number.POSITIVE_INFINITY,
    maxConsoleBytes: Number.POSITIVE_INFINITY,
  }
}
