// Programs that try to hang, crash or escape a sandbox in a thread, on the ng engine.
import { hostileWorkerSuite } from './worker.ts'

hostileWorkerSuite('ng')
