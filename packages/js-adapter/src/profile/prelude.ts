// Guest source: the prelude of each profile as one function of (host function, cell buffer, configuration), and what it hands back.
import { bare } from './bare.ts'
import { bridge } from './bridge.ts'
import { codec } from './codec.ts'
import { console } from './console.ts'
import { context } from './context.ts'
import { crypto } from './crypto.ts'
import { encoding } from './encoding.ts'
import { events } from './events.ts'
import { inspect } from './inspect.ts'
import { installation } from './installation.ts'
import { LAZY_PARTS, lazy } from './lazy.ts'
import { mends } from './mends.ts'
import { primordials, profilePrimordials } from './primordials.ts'
import { process } from './process.ts'
import type { Profile } from './profiles.ts'
import { reflection } from './reflection.ts'
import { rejections } from './rejections.ts'
import { timers } from './timers.ts'
import { url } from './url.ts'
import { web } from './web.ts'

export { PRELUDE_FILE } from './file-name.ts'

/** Functions that the host calls, in the order of the array that the prelude returns. */
export const PRELUDE_EXPORTS = [
  'encode',
  'decode',
  'link',
  'pushRef',
  'takeRef',
  'clearRefs',
  'quoteText',
  'unquoteText',
  'runTicks',
  'dropTicks',
  'beginTimers',
  'stepTimers',
  'beginImmediates',
  'stepImmediates',
  'settleInterrupted',
  'uncaught',
  'noteRejection',
  'reportRejections',
  'dropRejections',
  'emitBeforeExit',
  'emitExit',
  'exit',
  'makeError',
  'settle',
  'watch',
  'exposeAsync',
  'exposeSync',
  'exposeRaw',
  'setGlobal',
  'callPath',
  'installProfile',
  'configure',
  'settleError',
  'lookup',
  'noteHardened',
  'takeLost',
  'isOversized',
  'peekTimers',
  'peekImmediates',
  'openContext',
  'installContextApi',
  'showResult',
  'handBuiltins',
  'installFetch',
  'installDelay',
] as const
export type PreludeExport = (typeof PRELUDE_EXPORTS)[number]

/** What the host never asks of a bare guest: it has no ticks, timers, console or modules of the profile. */
const NOT_IN_BARE: ReadonlySet<PreludeExport> = new Set<PreludeExport>([
  'runTicks',
  'beginTimers',
  'stepTimers',
  'beginImmediates',
  'stepImmediates',
  'peekTimers',
  'peekImmediates',
  'installContextApi',
  'showResult',
  'handBuiltins',
  'installFetch',
  'installDelay',
])

function prelude(parts: readonly string[], handed: readonly string[]): string {
  return ['(function (host, cellBuffer, config) {\n"use strict"', ...parts, `return [${handed.join(', ')}]\n})`].join('\n')
}

/** By profile, an expression: evaluate it and call the result. */
export const PRELUDE_SOURCES: Readonly<Record<Profile, string>> = {
  full: prelude(
    [
      primordials,
      profilePrimordials,
      reflection,
      codec,
      inspect,
      context,
      timers,
      rejections,
      process,
      console,
      events,
      web,
      encoding,
      lazy,
      url,
      crypto,
      bridge,
      installation,
    ],
    PRELUDE_EXPORTS,
  ),
  bare: prelude(
    [primordials, reflection, codec, context, rejections, bare, bridge],
    PRELUDE_EXPORTS.map((name) => (NOT_IN_BARE.has(name) ? 'undefined' : name)),
  ),
}

/** All guest source of a profile: what an image is tied to. */
export function profileText(profile: Profile): string {
  return (profile === 'full' ? [mends, PRELUDE_SOURCES.full, ...LAZY_PARTS] : [mends, PRELUDE_SOURCES.bare]).join('\n')
}
