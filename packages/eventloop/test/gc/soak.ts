// A program of mixed operations that can go on for ever: tasks, timers, cancels, promises and ingress, all counted.
import { expect } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import type { TimerId } from '../../src/index.ts'
import { defineCommands, fixed, text } from '../../src/ingress/commands.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import type { IngressProducer } from '../../src/ingress/producer.ts'

const OPERATIONS_PER_ROUND = 1000
const definitions = { tick: fixed(), line: text() }
const commands = defineCommands(definitions)

/** Each round does a thousand operations in a random mixture, then lets a few milliseconds pass. The same seed, the same program. */
export class Soak {
  readonly #host: VirtualHost = new VirtualHost()
  readonly #loop: EventLoop = new EventLoop({ host: this.#host })
  readonly #producer: IngressProducer<typeof definitions>
  readonly #armed: TimerId[] = []
  readonly #made = { tasks: 0, timers: 0, promises: 0, records: 0 }
  readonly #done = { tasks: 0, timers: 0, promises: 0, records: 0 }
  #random: number
  #operations = 0
  #round = 0
  onRound: (round: number) => void = () => {}

  constructor(seed: number) {
    this.#random = seed
    const port = this.#loop.createIngress({
      commands,
      capacity: 4096,
      handlers: { tick: () => this.#done.records++, line: () => this.#done.records++ },
    })
    this.#producer = connectIngress(port.transferable, commands)
    void this.#loop.run()
  }

  /** Goes on until `operations` have been done in all, and everything queued has run. */
  async runTo(operations: number): Promise<void> {
    while (this.#operations < operations) {
      for (let i = 0; i < OPERATIONS_PER_ROUND; i++) this.#operate()
      this.#operations += OPERATIONS_PER_ROUND
      this.onRound(++this.#round)
      await this.#host.advanceBy(1 + this.#below(8))
    }
    // The long timers too, and long enough for storage to shrink (T-13): what is compared is the loop at rest, not its last peak.
    await this.#host.advanceBy(2000)
    this.#armed.length = 0
    for (let waits = 0; waits < 64 * 14; waits++) {
      this.#loop.scheduleTimer(1, () => {})
      await this.#host.advanceBy(1)
    }
    expect(this.#done).toEqual(this.#made)
  }

  async end(): Promise<void> {
    await this.#loop.close()
  }

  #operate(): void {
    const loop = this.#loop
    const done = this.#done
    const made = this.#made
    switch (this.#below(8)) {
      case 0: {
        made.tasks++
        loop.submit(() => done.tasks++)
        return
      }
      case 1: {
        made.tasks += 2
        loop.submit(
          () => {
            done.tasks++
            loop.nextTick(() => done.tasks++)
          },
          { label: 'soak', priority: this.#below(2) === 0 ? 'background' : 'user-blocking' },
        )
        return
      }
      case 2:
      case 3: {
        made.timers++
        this.#armed.push(loop.scheduleTimer(this.#below(1500), () => done.timers++))
        return
      }
      case 4: {
        const id = this.#armed[this.#below(this.#armed.length)]
        if (id !== undefined && loop.cancelTimer(id)) made.timers--
        if (this.#armed.length > 4000) this.#armed.length = 0
        return
      }
      case 5: {
        made.promises++
        const { promise, resolve } = loop.withResolvers<number>()
        void promise.then(() => done.promises++)
        loop.submitInternal(() => resolve(1))
        return
      }
      case 6: {
        made.promises++
        void loop.sleep(this.#below(20)).then(() => done.promises++)
        return
      }
      default: {
        const sent =
          this.#below(2) === 0 ? this.#producer.submit('tick', this.#round) : this.#producer.submit('line', 'a line of text')
        if (sent) made.records++
      }
    }
  }

  /** xorshift: an integer from 0 to `limit` - 1. */
  #below(limit: number): number {
    this.#random ^= this.#random << 13
    this.#random ^= this.#random >>> 17
    this.#random ^= this.#random << 5
    return limit === 0 ? 0 : (this.#random >>> 0) % limit
  }
}
