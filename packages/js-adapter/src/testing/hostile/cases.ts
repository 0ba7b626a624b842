// The whole hostile suite, all classes.
import type { HostileCase } from './case.ts'
import { faults } from './faults.ts'
import { host } from './host.ts'
import { natives } from './natives.ts'
import { network } from './network.ts'
import { profile } from './profile.ts'
import { space } from './space.ts'
import { stopping } from './stopping.ts'
import { values } from './values.ts'

/** At least three cases a class. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...stopping,
  ...natives,
  ...space,
  ...values,
  ...profile,
  ...host,
  ...network,
  ...faults,
]
