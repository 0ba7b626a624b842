// Two intrusive lists over the logs of a limiter: by last use, and by last admission. Written out twice: one class for both would read
// its links by names that are values, which costs a look-up a call.
import type { CategoryLog } from './category-log.ts'

/** Order of last call. hot: benchmarks/catrate/catrate-allow */
export class UseOrder<C> {
  #oldest: CategoryLog<C> | undefined = undefined
  #newest: CategoryLog<C> | undefined = undefined

  get oldest(): CategoryLog<C> | undefined {
    return this.#oldest
  }

  touch(log: CategoryLog<C>): void {
    if (this.#newest === log) return
    if (log.moreRecentlyUsed !== undefined) this.remove(log)
    log.lessRecentlyUsed = this.#newest
    if (this.#newest === undefined) this.#oldest = log
    else this.#newest.moreRecentlyUsed = log
    this.#newest = log
  }

  remove(log: CategoryLog<C>): void {
    const older = log.lessRecentlyUsed
    const newer = log.moreRecentlyUsed
    if (older === undefined) this.#oldest = newer
    else older.moreRecentlyUsed = newer
    if (newer === undefined) this.#newest = older
    else newer.lessRecentlyUsed = older
    log.lessRecentlyUsed = undefined
    log.moreRecentlyUsed = undefined
  }
}

/** Order of last admission: the first to fall idle is at the front. hot: benchmarks/catrate/catrate-allow */
export class AdmissionOrder<C> {
  #oldest: CategoryLog<C> | undefined = undefined
  #newest: CategoryLog<C> | undefined = undefined

  get oldest(): CategoryLog<C> | undefined {
    return this.#oldest
  }

  touch(log: CategoryLog<C>): void {
    if (this.#newest === log) return
    if (log.admittedLater !== undefined) this.remove(log)
    log.admittedEarlier = this.#newest
    if (this.#newest === undefined) this.#oldest = log
    else this.#newest.admittedLater = log
    this.#newest = log
  }

  remove(log: CategoryLog<C>): void {
    const earlier = log.admittedEarlier
    const later = log.admittedLater
    if (earlier === undefined) this.#oldest = later
    else earlier.admittedLater = later
    if (later === undefined) this.#newest = earlier
    else later.admittedEarlier = earlier
    log.admittedEarlier = undefined
    log.admittedLater = undefined
  }
}
