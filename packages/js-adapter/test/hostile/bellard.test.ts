// Programs that try to hang, crash or escape the sandbox, on the bellard engine.
import { hostileSuite } from './inline.ts'

hostileSuite('bellard')
