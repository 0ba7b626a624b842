// What the test asks the page for, by name.
import { openEngine, openUnmetered } from './engines.ts'
import * as guests from './guests.ts'

/** The members of the web's worker that are used here. */
declare class Worker {
  constructor(url: string, options: { readonly type: 'module' })
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void, options: { readonly once: true }): void
  postMessage(message: unknown): void
  terminate(): void
}

const scenarios: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
  order: (variant: 'ng' | 'bellard') => guests.order(openEngine, variant),
  softLimit: () => guests.softLimit(openEngine),
  exhaustion: (variant: 'ng' | 'bellard') => guests.exhaustion(openEngine, variant),
  values: () => guests.values(openEngine),
  deterministic: () => guests.deterministic(openEngine),
  randomness: () => guests.randomness(openEngine),
  pool: (saved?: readonly number[]) => guests.pool(openEngine, saved),
  goja: () => guests.goja(openEngine),
  inWorker,
  hardLimit: (variant: 'ng' | 'bellard') => guests.hardLimit(openEngine, variant),
  refused: () => guests.refused(openEngine, openUnmetered),
}

/** Runs sources one after another in a worker; the last one hangs, and the worker is ended. */
async function inWorker(hanging: string, ...sources: readonly string[]): Promise<unknown> {
  const worker = new Worker('/worker.js', { type: 'module' })
  const answer = (): Promise<unknown> =>
    new Promise((resolve) => {
      worker.addEventListener('message', ({ data }) => resolve(data), { once: true })
    })
  const answers = [await answer()]
  for (const source of sources) {
    const answered = answer()
    worker.postMessage(source)
    answers.push(await answered)
  }
  const last = answer()
  worker.postMessage(hanging)
  const waited = new Promise((resolve) => setTimeout(resolve, 500, 'no answer'))
  answers.push(await Promise.race([last, waited]))
  worker.terminate()
  return answers
}
Object.assign(globalThis, { scenarios })
