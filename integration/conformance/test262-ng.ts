// test262 with quickjs-ng: nothing that the bare engine passes may be lost by the full profile.
import type { ConformanceSuite } from './suite.ts'
import { compareOnTest262 } from './test262/compare.ts'

export const suite: ConformanceSuite = { name: 'test262-ng', run: ({ checkout }) => compareOnTest262('ng', checkout) }
