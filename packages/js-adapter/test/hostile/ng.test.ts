// Programs that try to hang, crash or escape the sandbox, on the ng engine.
import { hostileSuite } from './inline.ts'

hostileSuite('ng')
