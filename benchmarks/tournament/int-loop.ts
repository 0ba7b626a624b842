// A loop of a million turns over integers.
import { computing } from './support/computing.ts'

const TURNS = 1_000_000

function sum(turns: number): number {
  let n = 0
  for (let i = 0; i < turns; i++) n = (n + i) | 0
  return n
}

export const workload = computing({
  source: 'function sum(turns) { let n = 0; for (let i = 0; i < turns; i++) n = (n + i) | 0; return n }',
  call: `sum(${TURNS})`,
  expected: sum(TURNS),
})
