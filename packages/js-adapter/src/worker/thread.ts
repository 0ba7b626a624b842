// The entry of a thread that owns one sandbox.
import { EventLoop } from '@loopwright/eventloop'
import { Image } from '../image/image.ts'
import { LIMIT_NAMES } from '../limit-names.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { recordError } from './error-record.ts'
import { Session } from './session.ts'
import { ThreadContexts } from './thread-contexts.ts'
import type { ThreadData } from './thread-data.ts'
import { threadEngine } from './thread-engine.ts'
import { ThreadGuard } from './thread-guard.ts'
import { ThreadLoop } from './thread-loop.ts'
import { ownedOptions, ThreadEntropy } from './thread-ports.ts'
import { Uplink } from './uplink.ts'
import { VirtualTime } from './virtual-time.ts'

async function serve({ offer, settings, engine: given, random: ahead }: ThreadData): Promise<void> {
  const { owner, virtual, standstillMs, answerMs } = settings
  const uplink = new Uplink(offer, answerMs)
  const own = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  let session: Session | undefined
  const onTask = (): void => session?.publishFigures()
  const time = virtual ? new VirtualTime(own, onTask) : undefined
  const loop = time ?? new ThreadLoop(own, { onTask, onHeld: (held) => uplink.held(held) })
  const running = own.run()
  const keepRunning = own.holdOpen()
  try {
    const guard = new ThreadGuard(settings.guardInWorker)
    const engine = await threadEngine(settings.variant, given, guard)
    const image = settings.image === undefined ? undefined : await Image.load(settings.image, { engine })
    guard.control = uplink.control
    const random = owner.random ? new ThreadEntropy(uplink) : undefined
    if (ahead !== undefined) random?.begin(ahead)
    const contexts = owner.contexts ? new ThreadContexts() : undefined
    contexts?.serve(uplink)
    const options = {
      ...settings.options,
      ...ownedOptions(uplink, settings, { random, contexts }),
      loop,
      ...(image === undefined ? { engine } : { image }),
    }
    const sandbox = await Sandbox.open(resolveSandboxOptions(options, settings.stack))
    const program = settings.options.lifecycle === 'program'
    session = new Session({ sandbox, uplink, limitNames: LIMIT_NAMES, contexts, time, program, standstillMs })
    await session.released
    sandbox.close()
  } catch (error) {
    uplink.start({ type: 'failed', error: recordError(error) })
  } finally {
    uplink.end()
    keepRunning()
    await own.shutdown()
    await running
  }
}

const { workerData } = process.getBuiltinModule('node:worker_threads')
void serve(workerData)
