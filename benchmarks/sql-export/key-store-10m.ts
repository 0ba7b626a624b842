// Ten million integer keys into the store of a closure, and found again, against a Set of their texts.
import { createKeyStore } from '@loopwright/sql-export/testing'
import { countOf, defineWorkload } from '../harness/workload.ts'

const KEYS = countOf(10_000_000, 100_000)

/** Keys in the order in which references name them: neighbours are far apart. */
function* keys(): Generator<bigint> {
  for (let i = 0; i < KEYS; i++) yield BigInt((i * 7919) % KEYS) * 3n
}

async function measured(add: (key: bigint) => void, size: () => number): Promise<number> {
  const startedAtMs = performance.now()
  for (const key of keys()) add(key)
  for (const key of keys()) add(key)
  const ms = performance.now() - startedAtMs
  if (size() !== KEYS) throw new Error(`${size()} keys of ${KEYS}`)
  return ms
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    lanes: () => {
      const store = createKeyStore(['int64'])
      const cells = [0n]
      const add = (key: bigint): void => {
        cells[0] = key
        store.add(cells, 0)
      }
      return measured(add, () => store.size)
    },
    'a Set of texts': () => {
      const set = new Set<string>()
      return measured(
        (key) => void set.add(String(key)),
        () => set.size,
      )
    },
  },
  figures: [{ subject: 'lanes', peer: 'a Set of texts', target: '>= 3' }],
})
