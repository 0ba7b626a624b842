// Counters of a ring on cache lines of their own against counters side by side: what one record costs from thread to thread.
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { defineWorkload } from '../harness/workload.ts'

/** Words between tail and head: 32 are the 128 bytes of a port's header, 1 puts both on one line. */
type Gap = 1 | 32
const CAPACITY = 1024
const SLOTS = 64
const COUNT = 300_000
const ROUNDS = 5
const WARM_UPS = 1
/** Looks at the other side's counter before giving the processor away: it may be the one that the other side waits for. */
const LOOKS = 2000
const TAIL = 0

interface Sides {
  readonly role: 'ring' | 'counter'
  readonly words: Int32Array
  readonly gap: Gap
}

function open(role: Sides['role'], gap: Gap): Sides {
  return { role, gap, words: new Int32Array(new SharedArrayBuffer((SLOTS + CAPACITY) * 4)) }
}

const idle = new Int32Array(new SharedArrayBuffer(4))

function until(met: () => boolean): void {
  for (let looks = 0; !met(); looks++) if (looks >= LOOKS) Atomics.wait(idle, 0, 0, 0.05)
}

/** Each side writes one counter and reads the other's, as the two ends of a ring do. */
function produce({ words, gap }: Sides): void {
  for (let sent = 0; sent < COUNT; sent++) {
    if (sent - Atomics.load(words, gap) >= CAPACITY) until(() => sent - Atomics.load(words, gap) < CAPACITY)
    words[SLOTS + (sent & (CAPACITY - 1))] = sent
    Atomics.store(words, TAIL, sent + 1)
  }
}

function consume({ words, gap }: Sides): void {
  for (let read = 0; read < COUNT; read++) {
    if (Atomics.load(words, TAIL) === read) until(() => Atomics.load(words, TAIL) !== read)
    if (words[SLOTS + (read & (CAPACITY - 1))] !== read) throw new RangeError(`record ${read} is not what was sent`)
    Atomics.store(words, gap, read + 1)
  }
}

function count({ words }: Sides, at: number): void {
  for (let added = 0; added < COUNT; added++) Atomics.add(words, at, 1)
}

const START = 63

function other(sides: Sides): void {
  for (let round = 1; round <= WARM_UPS + ROUNDS; round++) {
    until(() => Atomics.load(sides.words, START) >= round)
    if (sides.role === 'ring') produce(sides)
    else count(sides, TAIL)
  }
}

if (!isMainThread) other(workerData as Sides)

async function measure(sides: Sides): Promise<number> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: sides })
  await new Promise((resolve) => worker.once('online', resolve))
  const { words, gap, role } = sides
  const times: number[] = []
  for (let round = 1; round <= WARM_UPS + ROUNDS; round++) {
    words[TAIL] = 0
    words[gap] = 0
    const startedAt = process.hrtime.bigint()
    Atomics.store(words, START, round)
    if (role === 'ring') consume(sides)
    else {
      count(sides, gap)
      until(() => Atomics.load(words, TAIL) >= COUNT)
      if (words[gap] !== COUNT) throw new RangeError('an increment was lost')
    }
    times.push(Number(process.hrtime.bigint() - startedAt) / COUNT)
  }
  await worker.terminate()
  return times.slice(WARM_UPS).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'ring, padded': () => measure(open('ring', 32)),
    'ring, side by side': () => measure(open('ring', 1)),
    'counters, padded': () => measure(open('counter', 32)),
    'counters, side by side': () => measure(open('counter', 1)),
  },
  figures: [
    { subject: 'ring, padded', peer: 'ring, side by side', target: '>= 1' },
    { subject: 'counters, padded', peer: 'counters, side by side', target: '>= 1' },
  ],
})
