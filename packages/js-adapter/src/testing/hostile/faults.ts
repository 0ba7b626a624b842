// Programs that reach known memory faults of pinned engine builds, which calibration finds a way around.
import { hostileCases } from './case.ts'
import type { HostileCase } from './case.ts'

/**
 * quickjs-ng 0.12.1 (mended in 0.13.0): a collection that comes while a sloppy function with parameters holds its `arguments` takes the links of
 * parameters still on the stack for members of the collector's lists. See engine/stack-links.ts.
 */
const STACK_LINKS: readonly string[] = [
  'const kept = []; function f(a) { arguments; kept.push({}) } for (let i = 0; i < 1e5; i++) f(0)',
  'const kept = []; for (let i = 0; i < 1e5; i++) (function (a) { arguments; kept.push({}) })(0)',
  'const kept = []; for (let i = 0; i < 1e5; i++) { [-1, -1, -1, -1]; (function (a) { arguments; kept.push({}) })(0) }',
]

export const faults: readonly HostileCase[] = hostileCases({
  'memory faults of an engine': STACK_LINKS.map((source) => ({ source, expect: ['ok', 'soft'] })),
})
