// A customer's rule, run by a guest: the same module serves the page's worker and Node.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { isJsAdapterError, Sandbox } from '@loopwright/js-adapter'
import type { Engine } from '@loopwright/js-adapter'

export interface Answer {
  readonly value?: string
  readonly code?: string
  readonly lines: readonly string[]
}

/** Runs scripts one after another, each in a guest of its own. */
export interface RuleRunner extends AsyncDisposable {
  run(script: string): Promise<Answer>
}

const PRICES: Readonly<Record<string, number>> = { lamp: 40, desk: 210, chair: 95 }

/** Virtual time that follows the real one: what is due in the page's time is run, every few milliseconds. */
function follow(host: VirtualHost): () => void {
  const startedAtMs = performance.now()
  let ended = false
  const step = async (): Promise<void> => {
    await host.advanceTo(Math.max(host.nowMs(), performance.now() - startedAtMs))
    if (!ended) setTimeout(step, 4)
  }
  void step()
  return () => {
    ended = true
  }
}

export function openRules(engine: Engine): RuleRunner {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const stopFollowing = follow(host)
  return {
    async run(script) {
      const lines: string[] = []
      await using sandbox = await Sandbox.create({
        loop,
        engine,
        clock: 'loop',
        // The engine's own code ends what asks nothing (`hardMs`): nothing in a browser could end it from outside.
        limits: { operationMs: 1000, hardMs: 1500, memoryBytes: 16 * 2 ** 20 },
        console: { write: (_stream, text) => void lines.push(text.trimEnd()) },
      })
      sandbox.expose('priceOf', async (item: string) => PRICES[item] ?? null)
      try {
        return { value: String(await sandbox.run(script)), lines }
      } catch (error) {
        return { code: isJsAdapterError(error) ? error.code : 'failed', lines }
      }
    },
    async [Symbol.asyncDispose]() {
      stopFollowing()
      await loop.close()
    },
  }
}
