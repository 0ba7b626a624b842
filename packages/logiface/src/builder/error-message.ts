// The message that an event takes from its error.
import { REMOVED } from '../redact/redactor.ts'
import type { FieldSink } from './field-sink.ts'

/** The message of the event's error as the line may show it; `undefined` if there is none. */
export function messageOf({ error, host }: FieldSink): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { redactor, errorKey: key } = host
  try {
    const message: unknown = Reflect.get(error, 'message')
    if (typeof message !== 'string') return undefined
    if (redactor === undefined) return host.text(message)
    const path = [key, 'message']
    const below = redactor.member(redactor.member(redactor.automaton.root, key), 'message')
    const verdict = below.censored
      ? redactor.censor(path, () => message)
      : redactor.hasTests
        ? redactor.test('message', path, message)
        : undefined
    if (verdict === REMOVED) return undefined
    if (verdict !== undefined) return verdict
    const whole = redactor.hasTests ? redactor.test(key, [key], error) : undefined
    return whole === undefined ? host.text(message) : undefined
  } catch {
    return undefined
  }
}
