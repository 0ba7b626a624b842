// What an image consists of.
import type { Profile } from '../profile/profiles.ts'
import type { GuestState } from '../runtime/guest-state.ts'
import type { Stub } from '../runtime/stubs.ts'
import type { PageRun } from './pages.ts'

/** What an image says of itself; equal in every copy of it. */
export interface ImageIdentity {
  readonly variant: string
  readonly profile: Profile
  readonly wasmSha256: string
  readonly patchedSha256: string
  /** Of the source of its profile. */
  readonly profileSha256: string
  readonly preludeSha256: string
  readonly hardened: boolean
}

/** Everything of an image but its engine. */
export interface ImageContent {
  readonly identity: ImageIdentity
  readonly stubs: readonly Stub[]
  readonly state: GuestState
  readonly pages: readonly PageRun[]
  /** Size of the memory it was taken from. */
  readonly memoryBytes: number
}
