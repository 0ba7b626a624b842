// Where the code of a thread lies: beside this package's own, built or as source.
import { JsAdapterError } from '../errors.ts'

export type ThreadEntry = 'thread' | 'pool-thread'

/** @throws JsAdapterError `ERR_WORKER_START` when it is not there: a bundler has moved one of the two. */
export function threadFile(entry: ThreadEntry, base: string = import.meta.url): URL {
  if (base.endsWith('.ts')) return new URL(`./${entry}.ts`, base)
  const { existsSync } = process.getBuiltinModule('node:fs')
  for (const path of [`./worker/${entry}.js`, `./${entry}.js`]) {
    const candidate = new URL(path, base)
    if (candidate.protocol === 'file:' && existsSync(candidate)) return candidate
  }
  throw new JsAdapterError(
    'ERR_WORKER_START',
    `the file of the thread, worker/${entry}.js, is not beside ${base}: give threadFile, or keep this package out of the bundle`,
  )
}
