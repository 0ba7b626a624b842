// The entry of a thread that owns one sandbox.
import { EventLoop } from '@loopwright/eventloop'
import { Engine } from '../engine/engine.ts'
import { Image } from '../image/image.ts'
import { LIMIT_NAMES } from '../limit-names.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import { Sandbox } from '../sandbox/sandbox.ts'
import { recordError } from './error-record.ts'
import { reportingOptions, Session } from './session.ts'
import type { ThreadData } from './thread-data.ts'
import { ThreadGuard } from './thread-guard.ts'
import { ThreadLoop } from './thread-loop.ts'
import { Uplink } from './uplink.ts'

async function serve({ offer, settings }: ThreadData): Promise<void> {
  const uplink = new Uplink(offer)
  const own = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  let session: Session | undefined
  const loop = new ThreadLoop(own, {
    onTask: () => session?.publishFigures(),
    onHeld: (held) => uplink.held(held),
  })
  const running = own.run()
  const keepRunning = own.holdOpen()
  try {
    const guard = new ThreadGuard(settings.guardInWorker)
    const engine = await Engine.loadGuarded({ variant: settings.variant }, guard)
    const image = settings.image === undefined ? undefined : await Image.load(settings.image, { engine })
    guard.control = uplink.control
    const options = {
      ...settings.options,
      ...reportingOptions(uplink, settings),
      loop,
      ...(image === undefined ? { engine } : { image }),
    }
    const sandbox = await Sandbox.open(resolveSandboxOptions(options, settings.stack))
    session = new Session(sandbox, uplink, LIMIT_NAMES)
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
