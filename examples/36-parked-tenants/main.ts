// A service with many tenants, few of whom are awake: each has a bare guest that keeps its state, and is parked between its requests.
import { EventLoop } from '@loopwright/eventloop'
import { Image, isJsAdapterError, SandboxPool } from '@loopwright/js-adapter'
import type { Lease } from '@loopwright/js-adapter'

const TENANTS = 60
/** WebAssembly instances, and so guests that run at a time. */
const SEATS = 4
const ROUNDS = 3

/** The same for every tenant; what it counts is each one's own. */
const PRELUDE = `
const bought = new Map(); let spent = 0
async function order(item) {
  spent += await priceOf(item)
  bought.set(item, (bought.get(item) ?? 0) + 1)
  return spent
}
const account = () => ({ spent, bought })`
const PRICES: Readonly<Record<string, number>> = { lamp: 40, desk: 210, chair: 95 }
const ITEMS = Object.keys(PRICES)

const loop = new EventLoop({ autoExit: false })
void loop.run()
const image = await Image.create({ profile: 'bare', prelude: PRELUDE, expose: ['priceOf'] })
const pool = await SandboxPool.create({ loop, image, size: SEATS, limits: { operationMs: 1000, hardMs: 2000 } })

/** One tenant: its requests come one after another, and it sleeps in between. */
class Tenant {
  readonly #lease: Lease
  #last: Promise<unknown> = Promise.resolve()

  private constructor(lease: Lease) {
    this.#lease = lease
  }
  static async open(tenant: string): Promise<Tenant> {
    const lease = await pool.acquire({ id: tenant, tenant })
    lease.sandbox.expose('priceOf', async (item: string) => PRICES[item] ?? 0)
    lease.sandbox.park()
    return new Tenant(lease)
  }
  /** Wakes the guest, which waits for a free instance, and puts it to sleep again. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { sandbox } = this.#lease
    this.#last = this.#last.then(async () => {
      try {
        return await sandbox.call(name, args)
      } finally {
        // A guest that still has something to do, a host call whose answer nobody awaited, finishes it first.
        await sandbox.idle()
        if (sandbox.state === 'ready') sandbox.park()
      }
    })
    return this.#last
  }
  /** Bytes of what differs from the image. */
  get keptBytes(): number {
    return this.#lease.sandbox.usage().parkedBytes
  }
  get asleep(): boolean {
    return this.#lease.sandbox.state === 'parked'
  }
  /** What only an awake guest answers at once. */
  peek(name: string): unknown {
    return this.#lease.sandbox.get(name)
  }
  close(): void {
    this.#lease.release()
  }
}

const tenants: Tenant[] = []
for (let number = 0; number < TENANTS; number++) tenants.push(await Tenant.open(`tenant-${number}`))
console.log(
  `${tenants.length} tenants, ${tenants.filter((tenant) => tenant.asleep).length} asleep, ${pool.stats().ready} instances`,
)

// All at once: the pool lets four of them in at a time.
const orders: Promise<unknown>[] = []
for (let round = 0; round < ROUNDS; round++)
  for (const [number, tenant] of tenants.entries())
    orders.push(tenant.call('order', ITEMS[(number + round * (number % 2)) % ITEMS.length]))
const totals = await Promise.all(orders)
console.log(`${totals.length} orders; tenant-7 has spent ${String(totals[ROUNDS * TENANTS - TENANTS + 7])}`)
console.log(await tenants[7]?.call('account'), await tenants[8]?.call('account'))

const kept = tenants.map((tenant) => tenant.keptBytes)
console.log(
  `asleep again: ${tenants.filter((tenant) => tenant.asleep).length}, parked by the pool's count: ${pool.stats().parked}`,
)
console.log(`each keeps a fifth of its image or less: ${Math.max(...kept) <= image.bytes / 5}`)
try {
  tenants[7]?.peek('spent')
} catch (error) {
  console.log(`asked while it sleeps: ${isJsAdapterError(error) ? error.code : 'unknown'}`)
}

for (const tenant of tenants) tenant.close()
pool.close()
await loop.shutdown()
