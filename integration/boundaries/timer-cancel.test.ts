// Review item 2: a cancelled timer is seen alike by loop, adapter and guest, whichever of cancelling and firing comes first.
import { describe, expect, test } from 'vitest'
import { openVirtual, settle } from './support/open.ts'

/** What the three parties say about timers. The adapter carries all of a guest's timers on at most one timer of the loop. */
const open = async () => {
  const { host, opened, sandbox } = await openVirtual()
  const { loop } = opened
  const log: string[] = []
  sandbox.expose('note', { sync: (text: string) => void log.push(text) })
  await settle(
    host,
    sandbox.run(`
      globalThis.ids = {}
      globalThis.arm = (name, ms) => { ids[name] = setTimeout(() => note(name), ms) }
      globalThis.cancel = (name) => { clearTimeout(ids[name]) }
      Object.defineProperty(globalThis, 'cancelNow', { set: cancel, get() {} })
      0`),
  )
  return {
    host,
    opened,
    loop,
    sandbox,
    log,
    seen: () => ({ guest: sandbox.usage().timers, loop: loop.snapshot().timers }),
    arm: (name: string, ms: number) => settle(host, sandbox.call('arm', [name, ms])),
    cancel: (name: string) => settle(host, sandbox.call('cancel', [name])),
  }
}

describe('the guest cancels its own', () => {
  test('18 to 23 cancel before fire: none of the three has it any more, and it never runs', async () => {
    const { host, opened, log, seen, arm, cancel } = await open()
    await using _ = opened
    const before = seen()
    await arm('a', 10)
    await arm('b', 20)
    expect(seen()).toEqual({ guest: before.guest + 2, loop: before.loop + 1 })
    await host.advanceBy(5)
    await cancel('a')
    expect(seen()).toEqual({ guest: before.guest + 1, loop: before.loop + 1 })
    await host.advanceBy(10)
    expect(log).toEqual([])
    await cancel('b')
    expect(seen()).toEqual(before)
    await host.advanceBy(100)
    expect(log).toEqual([])
  })

  test('18 to 23 fire before cancel: it ran once, and cancelling afterwards changes nothing anywhere', async () => {
    const { host, opened, log, seen, arm, cancel } = await open()
    await using _ = opened
    const before = seen()
    await arm('a', 10)
    await host.advanceBy(10)
    expect([log, seen()]).toEqual([['a'], before])
    await cancel('a')
    await host.advanceBy(100)
    expect([log, seen()]).toEqual([['a'], before])
  })

  test('18 to 23 two due at one instant: the first cancels the second, in either order', async () => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const { host, opened, sandbox, log, seen } = await open()
      await using _ = opened
      const before = seen()
      await settle(
        host,
        sandbox.run(`
          ids.${first} = setTimeout(() => { note('${first}'); cancel('${second}') }, 10)
          ids.${second} = setTimeout(() => { note('${second}'); cancel('${first}') }, 10); 0`),
      )
      await host.advanceBy(10)
      expect([log, seen()]).toEqual([[first], before])
    }
  })

  test('18 to 23 cancelled in a microtask of the callback that is running, and inside its own callback', async () => {
    const { host, opened, sandbox, log, seen } = await open()
    await using _ = opened
    const before = seen()
    await settle(
      host,
      sandbox.run(`
        setTimeout(() => { note('first'); Promise.resolve().then(() => cancel('second')) }, 10)
        ids.second = setTimeout(() => note('second'), 10)
        ids.every = setInterval(() => { note('every'); cancel('every') }, 10); 0`),
    )
    await host.advanceBy(100)
    expect([log, seen()]).toEqual([['first', 'every'], before])
  })
})

describe('the host cancels, or is cancelled, at the same instant', () => {
  test('18 to 23 a host timer scheduled before cancels the guest timer; one scheduled after comes too late', async () => {
    const before = await open()
    await using _before = before.opened
    // One loop timer carries the guest's: it is armed by the entry, so what the host schedules first is first in order.
    const cancels = (): void => {
      before.log.push('host')
      before.sandbox.set('cancelNow', 'a')
    }
    before.loop.scheduleTimer(10, cancels)
    await before.arm('a', 10)
    await before.host.advanceBy(50)
    expect([before.log, before.seen()]).toEqual([['host'], { guest: 0, loop: 0 }])

    const after = await open()
    await using _after = after.opened
    await after.arm('a', 10)
    after.loop.scheduleTimer(10, () => {
      after.log.push('host')
      after.sandbox.set('cancelNow', 'a')
    })
    await after.host.advanceBy(50)
    expect([after.log, after.seen()]).toEqual([['a', 'host'], { guest: 0, loop: 0 }])
  })

  test('18 to 23 the guest cancels a timer of the host: true while it is pending, false once it fired', async () => {
    const { host, opened, loop, sandbox, log } = await open()
    await using _ = opened
    const id = loop.scheduleTimer(20, () => log.push('host'))
    sandbox.expose('cancelHost', { sync: () => loop.cancelTimer(id) })
    await settle(host, sandbox.run("setTimeout(() => note('cancelled ' + cancelHost()), 10); 0"))
    await host.advanceBy(15)
    expect([log, loop.hasTimer(id)]).toEqual([['cancelled true'], false])
    await host.advanceBy(100)
    expect(log).toEqual(['cancelled true'])

    const other = loop.scheduleTimer(10, () => log.push('host'))
    sandbox.expose('cancelOther', { sync: () => loop.cancelTimer(other) })
    await settle(host, sandbox.run("setTimeout(() => note('cancelled ' + cancelOther()), 20); 0"))
    await host.advanceBy(100)
    expect(log).toEqual(['cancelled true', 'host', 'cancelled false'])
  })

  test('18 to 23 closing the sandbox cancels what it had, in the loop too', async () => {
    const { host, opened, sandbox, log, seen, arm } = await open()
    await using _ = opened
    await arm('a', 10)
    sandbox.close()
    expect(seen()).toEqual({ guest: 0, loop: 0 })
    await host.advanceBy(100)
    expect(log).toEqual([])
  })
})

test('18 to 23 a thousand timers, cancelled at random before and after they fire: the guest ran exactly those that were not', async () => {
  const { host, opened, sandbox, seen } = await open()
  await using _ = opened
  const ran: number[] = []
  sandbox.expose('ran', { sync: (n: number) => void ran.push(n) })
  let state = 11
  const random = (below: number): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below
  const plan = Array.from({ length: 1000 }, () => ({
    dueMs: 1 + random(100),
    cancelMs: random(3) === 0 ? Infinity : random(110),
  }))
  sandbox.set(
    'plan',
    plan.map(({ dueMs }) => dueMs),
  )
  await settle(host, sandbox.run('globalThis.all = plan.map((ms, n) => setTimeout(() => ran(n), ms)); 0'))
  await settle(
    host,
    sandbox.run(
      'globalThis.drop = (n) => { clearTimeout(all[n]) }; Object.defineProperty(globalThis, "dropNow", { set: drop, get() {} }); 0',
    ),
  )
  for (let ms = 0; ms <= 110; ms++) {
    // At each instant what is due has fired before the host cancels.
    for (const [n, { cancelMs }] of plan.entries()) if (cancelMs === ms) sandbox.set('dropNow', n)
    await host.advanceBy(1)
  }
  const expected = plan.flatMap(({ dueMs, cancelMs }, n) => (cancelMs >= dueMs ? [n] : []))
  expect(ran.toSorted((a, b) => a - b)).toEqual(expected)
  expect(ran).toEqual(ran.toSorted((a, b) => (plan[a]?.dueMs ?? 0) - (plan[b]?.dueMs ?? 0) || a - b))
  expect(seen()).toEqual({ guest: 0, loop: 0 })
})
