// test262 with Bellard's QuickJS: nothing that the bare engine passes may be lost by the full profile.
import type { ConformanceSuite } from './suite.ts'
import { compareOnTest262 } from './test262/compare.ts'

export const suite: ConformanceSuite = { name: 'test262-bellard', run: ({ checkout }) => compareOnTest262('bellard', checkout) }
