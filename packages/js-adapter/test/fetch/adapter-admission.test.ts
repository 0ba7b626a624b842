// F-7 on the goja face: requests of a guest's `fetch` are admitted by the same counts and rates as in a sandbox, shared ones included.
import { Limiter } from '@loopwright/catrate'
import { describe, expect, test } from 'vitest'
import { Adapter, Runtime } from '../../src/goja/index.ts'
import type { AdapterOptions } from '../../src/goja/index.ts'
import type { FetchTransport } from '../../src/index.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { openIn } from '../support/modes.ts'
import { sharedEngine } from '../support/open.ts'

const counting = (): { readonly transport: FetchTransport; readonly urls: string[] } => {
  const urls: string[] = []
  return {
    urls,
    transport: {
      send: async ({ url }) => {
        urls.push(url)
        return { status: 200, statusText: 'OK', headers: [], body: undefined }
      },
    },
  }
}
const ALLOW = ['https://example.org']
const URL_TEXT = "'https://example.org/'"
/** What becomes of so many requests, one after the other. */
const inTurn = (count: number): string =>
  `(async () => { const out = []; for (let i = 0; i < ${count}; i++) out.push(await fetch(${URL_TEXT}).then((r) => r.status, (e) => [e.name, e.code, typeof e.retryAfterMs])); tell(out) })()`
const REFUSED = ['Error', 'ERR_RATE_LIMITED', 'number']

async function told(source: string, options: AdapterOptions, variant: 'ng' | 'bellard' = 'ng'): Promise<unknown> {
  using runtime = await Runtime.create({ engine: await sharedEngine(variant) })
  const loop = new FakeLoop({ real: true })
  const adapter = new Adapter(loop, runtime, options)
  adapter.bind()
  let answer: unknown
  runtime.set('tell', (value: unknown) => {
    answer = value
  })
  adapter.submit(() => void runtime.runString(source))
  await loop.run()
  return answer
}

describe.each(['ng', 'bellard'] as const)('F-7 on the goja face, %s', (variant) => {
  test('hostCallRates hold for fetch by its name, and by * where it has none of its own', async () => {
    for (const name of ['fetch', '*']) {
      const { transport, urls } = counting()
      const limits = { hostCallRates: { [name]: [{ windowMs: 60_000, count: 2 }], other: [{ windowMs: 60_000, count: 1 }] } }
      expect(await told(inTurn(4), { fetch: { allow: ALLOW, transport }, limits }, variant)).toEqual([200, 200, REFUSED, REFUSED])
      expect(urls).toHaveLength(2)
    }
  })

  test('rates by tenant and by function are shared with other runtimes, and with sandboxes', async () => {
    const { transport, urls } = counting()
    const tenants = new Limiter({ windows: [{ windowMs: 60_000, count: 3 }] })
    const functions = new Limiter({ windows: [{ windowMs: 60_000, count: 5 }] })
    const of = (tenant?: string) => ({ fetch: { allow: ALLOW, transport }, admission: { tenants, functions }, tenant })
    expect(await told(inTurn(2), of('acme'), variant)).toEqual([200, 200])
    {
      await using opened = await openIn('inline', { variant, ...of('acme') })
      expect(await opened.sandbox.run(inTurn(2).replace('tell(out)', 'return out'))).toEqual([200, REFUSED])
    }
    expect(await told(inTurn(1), of('acme'), variant)).toEqual([REFUSED])
    expect(await told(inTurn(1), of('other'), variant)).toEqual([200])
    // Nobody's: tenants are not asked, functions are.
    expect(await told(inTurn(2), of(), variant)).toEqual([200, REFUSED])
    expect(urls).toHaveLength(5)
  })

  test('calls of one operation are counted, and begin anew in the next', async () => {
    const { transport } = counting()
    const source = `(async () => {
      const burst = () => Promise.all([1, 2, 3].map(() => fetch(${URL_TEXT}).then((r) => r.status, (e) => e.code)))
      const first = await burst()
      tell([first, await new Promise((resolve) => setTimeout(() => resolve(burst()), 1))])
    })()`
    const limits = { maxHostCallsPerOperation: 2 }
    const once = [200, 200, 'ERR_HOST_CALL_LIMIT']
    expect(await told(source, { fetch: { allow: ALLOW, transport }, limits }, variant)).toEqual([once, once])
    expect(await told(source, { fetch: { allow: ALLOW, transport } }, variant)).toEqual([
      [200, 200, 200],
      [200, 200, 200],
    ])
  })

  test('a request larger than maxArgumentBytes is refused before it is copied, and uses up no rate', async () => {
    const { transport, urls } = counting()
    const limits = { maxArgumentBytes: 10_000, hostCallRates: { fetch: [{ windowMs: 60_000, count: 1 }] } }
    const source = `(async () => tell([
      await fetch(${URL_TEXT}, { method: 'POST', body: 'x'.repeat(20000) }).catch((e) => [e.name, e.code]),
      await fetch(${URL_TEXT}, { method: 'POST', body: 'x' }).then((r) => r.status),
    ]))()`
    expect(await told(source, { fetch: { allow: ALLOW, transport }, limits }, variant)).toEqual([
      ['RangeError', 'ERR_ARGUMENT_LIMIT'],
      200,
    ])
    expect(urls).toHaveLength(1)
  })

  test('a limiter that throws refuses, and the first error of it is told', async () => {
    const { transport, urls } = counting()
    const errors: unknown[] = []
    const functions = {
      allow: () => {
        throw new Error('no limiter today')
      },
    }
    const options = {
      fetch: { allow: ALLOW, transport },
      admission: { functions },
      onError: (error: unknown) => void errors.push(error),
    }
    expect(await told(inTurn(3), options, variant)).toEqual([1, 2, 3].map(() => ['Error', 'ERR_RATE_LIMITED', 'undefined']))
    expect(urls).toEqual([])
    expect(errors).toEqual([new Error('no limiter today')])
  })
})

test.each<readonly [unknown, string]>([
  [{ limits: { operationMs: 5 } }, 'limits.operationMs'],
  [{ limits: { maxArgumentBytes: 1 } }, 'limits.maxArgumentBytes'],
  [{ limits: { maxHostCallsPerOperation: 0 } }, 'limits.maxHostCallsPerOperation'],
  [{ limits: { hostCallRates: { fetch: [{ windowMs: 0, count: 1 }] } } }, 'limits.hostCallRates.fetch.windowMs'],
  [{ admission: { tenants: {} } }, 'admission.tenants'],
])('%j is refused by name', async (options, member) => {
  using runtime = await Runtime.create({ engine: await sharedEngine() })
  expect(() => new Adapter(new FakeLoop(), runtime, options as AdapterOptions)).toThrow(member)
})
