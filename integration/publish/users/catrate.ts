// What a user of the packed package may write, and what must not compile.
import { Limiter, RateError } from '@loopwright/catrate'
import type { RateResult } from '@loopwright/catrate'

const limiter = new Limiter({ windows: [{ windowMs: 1000, count: 2 }], maxCategories: 10 })
export const result: RateResult = limiter.allow('a')
export const objects: Limiter<object> = new Limiter<object>({ windows: [{ windowMs: 1, count: 1 }] })
export const next: number | undefined = result.nextAtMs
export const isRate = (error: unknown): error is RateError => error instanceof RateError
// @ts-expect-error a limiter of texts takes no number
void (() => limiter.allow(1))
// @ts-expect-error no such choice
void (() => new Limiter({ windows: [], onOverflow: 'drop' }))
