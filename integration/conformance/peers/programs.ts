// The hostile programs that every sandbox can run: those of the language alone.
import { HOSTILE_CASES } from '@loopwright/js-adapter/testing'
import type { HostileCase } from '@loopwright/js-adapter/testing'

/** What the adapter's profile, its loader or the suite's host functions provide, and the others do not. */
const BEYOND_THE_LANGUAGE =
  /\b(?:set|clear)(?:Timeout|Immediate|Interval)\b|\b(?:process|console|structuredClone|URL|URLSearchParams|TextEncoder|TextDecoder|atob|btoa|\w*Event\w*|Abort\w+|DOMException|performance|crypto|queueMicrotask|navigator)\b|\b(?:later|never|failLater|sync|raw|fail|reenter|assign|import)\(/u

export const PROGRAMS: readonly HostileCase[] = HOSTILE_CASES.filter(
  ({ class: kind, source, holds = '', inline, later, network }) =>
    // The known faults of engines would compare builds.
    kind !== 'memory faults of an engine' &&
    inline !== true &&
    network !== true &&
    later === undefined &&
    !BEYOND_THE_LANGUAGE.test(source) &&
    !BEYOND_THE_LANGUAGE.test(holds),
)
export const LEFT_OUT: number = HOSTILE_CASES.length - PROGRAMS.length
