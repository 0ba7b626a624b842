// URL, URLSearchParams and crypto: what the differential scripts cannot show.
import { describe, expect, test } from 'vitest'
import { openSandbox, printed, settled } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('W-5 URL works the same after the guest replaced what it could, also before the first use', async () => {
    const source = `
      const { log } = console
      String.prototype.split = String.prototype.indexOf = Array.prototype.push = WeakMap.prototype.get = () => { throw new Error('replaced') }
      RegExp.prototype.exec = () => null; globalThis.eval = undefined; Object.prototype.scheme = 'http'; delete globalThis.encodeURIComponent
      const u = new URL('../b?x=\u00e4#y z', 'https://user:pw@Example.org:8443/p/q/r'); log(u.href); u.searchParams.append('k', 'v w'); log(u.search, URL.canParse('nope'))`
    expect(await printed(source, { variant })).toEqual([
      'https://user:pw@example.org:8443/p/b?x=%C3%A4#y%20z',
      '?x=%C3%A4&k=v+w false',
    ])
  })

  test('W-5 a name with other letters is one host call, and one that is too long is no name', async () => {
    const source = `
      console.log(new URL('http://b\u00fccher.example').hostname, new URL('http://xn--bcher-kva.example').hostname)
      console.log(URL.canParse('http://' + '\u00fc'.repeat(5000)), URL.canParse('http://' + 'u'.repeat(5000)))`
    expect(await printed(source, { variant })).toEqual(['xn--bcher-kva.example xn--bcher-kva.example', 'false true'])
  })

  test('W-4 crypto asks the entropy port for exactly the bytes that it needs, each time', async () => {
    const asked: number[] = []
    let next = 0
    const entropy = {
      fill(bytes: Uint8Array) {
        // `Math.random` is seeded from it too.
        if (bytes.length === 8) return
        asked.push(bytes.length)
        for (let index = 0; index < bytes.length; index++) bytes[index] = next++
      },
    }
    const { sandbox, loop } = await openSandbox({ variant, entropy })
    const source =
      '[crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(3))], [...crypto.getRandomValues(new Uint16Array(2).subarray(1))]]'
    expect(await settled(loop, sandbox.run(source))).toEqual({
      value: ['00010203-0405-4607-8809-0a0b0c0d0e0f', [16, 17, 18], [19 + 20 * 256]],
    })
    expect(asked).toEqual([16, 3, 2])
    sandbox.close()
  })

  test('W-4 an entropy port that throws is a guest error, and the guest goes on', async () => {
    const entropy = {
      fill(bytes: Uint8Array): void {
        if (bytes.length === 16) throw new Error('no entropy')
      },
    }
    const source =
      'try { crypto.randomUUID() } catch (e) { console.log(e.name, e.message) }; console.log(typeof crypto.getRandomValues)'
    expect(await printed(source, { variant, entropy })).toEqual(['Error no entropy', 'function'])
  })
})

test('N-3 a guest that writes to its handles moves no counter of the sandbox', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { maxTimers: 3 } })
  const source = `
    const refused = []
    for (let i = 0; i < 10; i++) {
      let t; try { t = setTimeout(() => {}, 50) } catch (e) { refused.push(e.code); continue }
      t._destroyed = true; for (const s of Object.getOwnPropertySymbols(t)) t[s] = true
      clearTimeout(t); t._destroyed = false; t._idleNext = null; for (const s of Object.getOwnPropertySymbols(t)) t[s] = false
      clearTimeout(t); clearTimeout(t); t._destroyed = false; clearTimeout(t)
    }
    const kept = []; for (let i = 0; i < 5; i++) try { kept.push(setTimeout(() => {}, 50)) } catch (e) { refused.push(e.code) }
    refused.length`
  const result = await settled(loop, sandbox.run(source))
  expect(result).toEqual({ value: 2 })
  expect(sandbox.usage().timers).toBeGreaterThanOrEqual(0)
  sandbox.close()
})
