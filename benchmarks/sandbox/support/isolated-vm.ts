// The peer that is native code: it has no binary for every Node line.
import { createRequire } from 'node:module'
import type IsolatedVm from 'isolated-vm'

/** Flags of a process that makes isolates. */
export const ISOLATE_FLAGS = ['--no-node-snapshot'] as const

/** Loaded only where it is tried: a workload without it must run without its binary. */
export function loadIsolatedVm(): typeof IsolatedVm {
  return createRequire(import.meta.url)('isolated-vm') as typeof IsolatedVm
}

/** Why it cannot be measured here; `undefined` when it can. */
export function isolatedVmAbsent(): string | undefined {
  try {
    loadIsolatedVm()
    return undefined
  } catch {
    return `isolated-vm has no binary for Node ${process.versions.node}`
  }
}
